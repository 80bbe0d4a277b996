#define IK_EXP${width}(p, $arguments) const real p[${width}] = {$exponentials}
