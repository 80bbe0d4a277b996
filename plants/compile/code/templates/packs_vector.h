typedef real ik_pack${width} __attribute__((vector_size(${width} * sizeof(real))));
typedef ik_int ik_ints${width} __attribute__((vector_size(${width} * sizeof(real))));
typedef ik_word ik_words${width} __attribute__((vector_size(${width} * sizeof(real))));
IK_INLINE ik_pack${width} ik_pick${width}(ik_ints${width} where, ik_pack${width} yes, ik_pack${width} no) {
  return (ik_pack${width})((where & (ik_ints${width})yes) | (~where & (ik_ints${width})no));
}
IK_EXP_TEXT(ik_exp${width}, ik_pack${width}, ik_words${width}, ik_pick${width})
#define IK_EXP${width}(p, $arguments) const ik_pack${width} p = ik_exp${width}((ik_pack${width}){$arguments})
