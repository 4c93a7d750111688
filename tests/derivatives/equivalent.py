"""Planted faults that compute the same as what they are planted in, each with the reason; all others must be caught.
"""

EITHER_SIGN = "A and -A are factors of the same A A'"
SQUARED = "only its square is used"
SHIFT = "softmax(x) = softmax(x + c): the shift only prevents overflow, which tests/foundation holds at |z| = 1e4"
RATIO = "the same factor stands in numerator and denominator"
TURNED = "the rows in another order, counted from the last: each once all the same"
LARGER = "only which of the two is larger is used"
AT_ONCE = "how many steps' rows are summed at once changes the time, not the sum"
UNSEEN = "a margin that no window sees"
ZERO = "0 and minus infinity stay what they are"
BETWEEN = "the middle one of -clip, ds and clip, however they are given"

# (function, before, after, reason)
EQUIVALENT = [
    ("ref.vectors:add_product", "len(total)", "len(total) + 1", "a block that starts at the end is empty"),
    ("ref.layers.softmax:forward", "np.exp(x - x.max(axis=-1, keepdims=True))",
     "1.0001 * np.exp(x - x.max(axis=-1, keepdims=True))", RATIO),
    ("ref.layers.softmax:forward", "np.exp(x - x.max(axis=-1, keepdims=True))",
     "-np.exp(x - x.max(axis=-1, keepdims=True))", RATIO),
    ("ref.layers.softmax:forward", "x - x.max(axis=-1, keepdims=True)", "x + x.max(axis=-1, keepdims=True)", SHIFT),
    ("ref.layers.softmax:forward", "x - x.max(axis=-1, keepdims=True)", "x", SHIFT),
    ("ref.losses.softmax_cross_entropy:value", "largest = z.max(axis=-1, keepdims=True)",
     "largest = 1.0001 * z.max(axis=-1, keepdims=True)", SHIFT),
    ("ref.layers.oplu:forward", "x", "1.0001 * x", LARGER),
    ("ref.layers.images.windows:Windows.empty", "n - 1", "n + 1", UNSEEN),
    ("ref.layers.images.windows:Windows.empty", "n - 1", "n", UNSEEN),
    ("ref.layers.images.windows:Windows.empty", "np.full((N, *reach, C), value, dtype)",
     "1.0001 * np.full((N, *reach, C), value, dtype)", ZERO),
    ("ref.layers.oplu:_exchanged", "x = x.reshape(v.shape)", "x = 1.0001 * x.reshape(v.shape)", LARGER),
    *((f"ref.layers.{op}:backward", f"np.clip({ds}, -clip, clip, out={ds})", f"np.clip(-clip, {ds}, clip, out={ds})",
       BETWEEN)
      for op, ds in (("elman", "ds[t]"), ("lstm", "ds[t]"), ("lstm", "dso"))),
    ("ref.losses.squared_error:value", "z - t", "-(z - t)", SQUARED),
    ("ref.losses.logistic_squared_error:value", "prediction(z) - t", "-(prediction(z) - t)", SQUARED),
    ("ref.losses.logistic_squared_error:gauss_newton_product", "p * (1 - p)", "-(p * (1 - p))", SQUARED),
    ("ref.losses.logistic_squared_error:gauss_newton_product", "1 - p", "-(1 - p)", SQUARED),
    ("ref.losses.logistic_squared_error:mean_curvature", "p * (1 - p)", "-(p * (1 - p))", SQUARED),
    ("ref.losses.logistic_squared_error:mean_curvature", "1 - p", "-(1 - p)", SQUARED),
    ("ref.hessian_free.kfac.kronecker:with_ones", "np.hstack([y, np.ones((len(y), 1), y.dtype)])",
     "-np.hstack([y, np.ones((len(y), 1), y.dtype)])", SQUARED),
    ("ref.hessian_free.kfac.kronecker:paired", "len(factors) // 2", "-(len(factors) // 2)",
     "of 2L entries the first L end, and the last L begin, at -L too"),
    ("ref.hessian_free.kfac.kflr:kflr_blocks", "np.eye(z.shape[1], dtype=z.dtype)",
     "-np.eye(z.shape[1], dtype=z.dtype)", EITHER_SIGN),
    ("ref.hessian_free.kfac.kflr:kflr_blocks", "np.broadcast_to(e, z.shape)", "-np.broadcast_to(e, z.shape)",
     EITHER_SIGN),
    *((f"ref.losses.{loss}:curvature_factor", factor, negated, EITHER_SIGN) for loss, factor, negated in (
        ("squared_error", "xi / len(z) ** 0.5", "-(xi / len(z) ** 0.5)"),
        ("squared_error", "len(z) ** 0.5", "-len(z) ** 0.5"),
        ("logistic_cross_entropy", "np.sqrt(p * (1 - p) / len(z)) * xi", "-(np.sqrt(p * (1 - p) / len(z)) * xi)"),
        ("logistic_cross_entropy", "np.sqrt(p * (1 - p) / len(z))", "-np.sqrt(p * (1 - p) / len(z))"),
        ("softmax_cross_entropy", "np.sqrt(p)", "-np.sqrt(p)"),
        ("softmax_cross_entropy", "(root * xi - p * _sum(root * xi)) * np.sqrt(_sum(t) / len(z))",
         "-((root * xi - p * _sum(root * xi)) * np.sqrt(_sum(t) / len(z)))"),
        ("softmax_cross_entropy", "root * xi - p * _sum(root * xi)", "-(root * xi - p * _sum(root * xi))"),
        ("softmax_cross_entropy", "np.sqrt(_sum(t) / len(z))", "-np.sqrt(_sum(t) / len(z))"),
        ("logistic_squared_error", "p * (1 - p) * xi / len(z) ** 0.5", "-(p * (1 - p) * xi / len(z) ** 0.5)"),
        ("logistic_squared_error", "p * (1 - p) * xi", "-(p * (1 - p) * xi)"),
        ("logistic_squared_error", "p * (1 - p)", "-(p * (1 - p))"),
        ("logistic_squared_error", "1 - p", "-(1 - p)"),
        ("logistic_squared_error", "len(z) ** 0.5", "-len(z) ** 0.5"),
    )),
    ("ref.objective:Objective.value", "self.chunk // 4", "-(self.chunk // 4)",
     "the size of a chunk changes memory, not the value"),
    ("ref.objective:Objective.curvature_diagonal", "np.array([-1, 1], z.dtype)", "-np.array([-1, 1], z.dtype)",
     "the same two signs, each as likely"),
    *((f"ref.orthogonality.soft_constraints:SoftOrthogonality.{name}", "_r_gap(W, RW)", "_r_gap(RW, W)",
       "RWᵀW + WᵀRW either way")
      for name in ("hessian_product", "gauss_newton_product")),
    ("ref.orthogonality.probes:gradient_norms", "loss.gradient(z[-1], t[-1]) * x.shape[1]",
     "-(loss.gradient(z[-1], t[-1]) * x.shape[1])", "a norm does not know the sign"),
    *((f"numba_kernels.cpu.lstm.loops:{name}", "ROWS // N", "-(ROWS // N)", AT_ONCE)
      for name in ("backward_cases", "r_backward_cases")),
    *((f"numba_kernels.cpu.in_place:{name}", "n", "n - 1", TURNED) for name in ("add_to_rows", "add_rows")),
    *((f"ref.cells.through_time:ThroughTime.{name}", "1", other, "all states have the same shapes")
      for name in ("backward", "r_backward") for other in ("1 - 1", "1 + 1")),
    *((f"numba_kernels.cpu.memory.rows:{name}", "i", "i - 1", TURNED)
      for name in ("total_of", "subtract", "scale")),
    *(("numba_kernels.cpu.memory.rows:subtract", "x[i] -= a", other, SHIFT)
      for other in ("pass", "x[i] += a", "x[i] -= 1.0001 * a")),
    *((f"numba_kernels.cpu.memory.{name}", f"total = {a}.dtype.type(0)", f"total = 1.0001 * {a}.dtype.type(0)", "zero")
      for name, a in (("rows:dot", "a"), ("rows:total_of", "a"), ("access:compare_row_backward", "m"))),
    ("numba_kernels.cpu.ntm.heads:backward_step", "0", "0 + 1", "another row of memory that may be written over"),
    ("numba_kernels.cpu.memory.rows:softmax", "subtract(x, largest(x))", "pass", SHIFT),
]
