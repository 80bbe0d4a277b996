#define IK_EXP${width}(p, $arguments) const real p[${width}] = {$exponentials}
#define IK_SQRT${width}(p, $arguments) const real p[${width}] = {$roots}
