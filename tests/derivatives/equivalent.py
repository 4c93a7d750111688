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
FURTHER = "a view that goes further than what is done with it"
EMPTY = "a part that begins at the end is empty"
BETWEEN = "the middle one of -clip, ds and clip, however they are given"

# (function, before, after, reason)
EQUIVALENT = [
    ("ref.vectors:add_product", "range(0, len(total), BLOCK)", "range(0, len(total) + 1, BLOCK)",
     "a block that starts at the end is empty"),
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
    *((f"ref.cells.dnc:{name}", f"{array}[:, 0]", f"{array}[:, 0 - 1]", "of one write head the first is the last")
      for name, array in (("forward", "c_w"), ("forward", "g_a"), ("backward", "dw"), ("r_forward", "Rc_w"),
                          ("r_forward", "Rg_a"), ("r_backward", "dw"), ("r_backward", "Rdw"))),
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
    *((f"numba_kernels.cpu.in_place:{name}", "A[n, j]", "A[n - 1, j]", TURNED) for name in ("add_to_rows", "add_rows")),
    *((f"ref.cells.through_time:ThroughTime.{name}", "cache.states[-1]", f"cache.states[-({other})]",
       "all states have the same shapes")
      for name in ("backward", "r_backward") for other in ("1 - 1", "1 + 1")),
    *((f"numba_kernels.cpu.memory.rows:{name}", f"{x}[i]", f"{x}[i - 1]", TURNED)
      for name, x in (("total_of", "a"), ("subtract", "x"), ("scale", "x"))),
    *(("numba_kernels.cpu.memory.rows:subtract", "x[i] -= a", other, SHIFT)
      for other in ("pass", "x[i] += a", "x[i] -= 1.0001 * a")),
    *((f"numba_kernels.cpu.memory.{name}", f"total = {a}.dtype.type(0)", f"total = 1.0001 * {a}.dtype.type(0)", "zero")
      for name, a in (("rows:dot", "a"), ("rows:total_of", "a"), ("access:compare_row_backward", "m"))),
    ("numba_kernels.cpu.memory.rows:softmax", "subtract(x, largest(x))", "pass", SHIFT),
    *(("numba_kernels.cpu.memory.rows:largest", before, after, "each is looked at all the same, some twice")
      for before, after in (("x[0]", "x[0 - 1]"), ("len(x) // 4 * 4", "len(x) // 4"),
                            ("len(x) // 4 * 4", "-(len(x) // 4 * 4)"), ("len(x) // 4", "-(len(x) // 4)"),
                            ("range(0, whole, 4)", "range(0, whole - 1, 4)"),
                            ("range(whole, len(x))", "range(whole - 1, len(x))"))),
]


def _of_memories(reason: str, table: str) -> list[tuple[str, str, str, str]]:
    """Of the compiled memories: a line of the table is a function and before -> after."""
    pairs = (line.split(maxsplit=1) for line in table.strip().splitlines())
    return [(f"numba_kernels.cpu.{name}", *fault.split(" -> "), reason) for name, fault in pairs]


EQUIVALENT += [
    *((f"numba_kernels.cpu.{memory}.{loops}:{name}", "ROWS // N", "-(ROWS // N)", AT_ONCE)
      for memory in ("dnc", "lrua", "ntm") for loops, name in (("loops", "backward_cases"),
                                                               ("r_loops", "r_backward_cases"))),
    *((f"numba_kernels.cpu.{memory}.arrays:ways_back", f"{a}[0]", f"{a}[0 - 1]", "the first of one is the last")
      for memory in ("dnc", "lrua") for a in "rhc"),
    *((f"numba_kernels.cpu.dnc.{name}", f"{a}[0]", f"{a}[0 - 1]", "the first of one is the last")
      for name, arrays in (("heads:forward_step", ("beta",)), ("heads:backward_step", ("beta",)),
                           ("r_heads:r_forward_step", ("beta", "Rbeta")),
                           ("r_heads:r_backward_step", ("beta", "Rbeta")),
                           ("interface:activate", ("added", "e")),
                           ("interface:times_slopes", ("added", "dadded", "dbeta", "e", "de")),
                           ("interface:r_times_slopes", ("added", "Radded", "dadded", "Rdadded", "Rdbeta", "Rbeta",
                                                         "dbeta", "e", "Re", "de", "Rde")))
      for a in arrays),
    *_of_memories("the first of one is the last", """
        ntm.arrays:columns                  part[0] -> part[0 - 1]
        ntm.heads:forward_step              extended[0] -> extended[0 - 1]
    """),
    *_of_memories("another row of memory that may be written over, and that nothing else is in at the time", """
        ntm.heads:backward_step             rows[0] -> rows[0 - 1]
        ntm.heads:backward_step             rows[0] -> rows[0 + 1]
        ntm.r_heads:r_forward_step          rows[0] -> rows[0 - 1]
        ntm.r_heads:r_forward_step          rows[0] -> rows[0 + 1]
        memory.r_access:r_compare_backward  rows[3] -> rows[3 + 1]
        memory.r_access:r_write_backward    rows[0] -> rows[0 - 1]
        memory.r_access:r_write_backward    rows[1] -> rows[1 + 1]
        memory.weighting:weigh_backward     rows[0] -> rows[0 - 1]
        memory.weighting:weigh_backward     rows[1] -> rows[1 + 1]
        memory.weighting:weigh_backward     rows[0] -> rows[0 + 1]
        memory.r_weighting:r_weigh          rows[0] -> rows[0 - 1]
        memory.r_weighting:r_weigh          rows[0] -> rows[0 + 1]
        memory.r_weighting:r_weigh          rows[1] -> rows[1 - 1]
        memory.r_weighting:r_weigh_backward rows[2] -> rows[2 - 1]
        memory.r_weighting:r_weigh_backward rows[3] -> rows[3 + 1]
        dnc.free:use_backward               rows[0] -> rows[0 - 1]
        dnc.free:use_backward               rows[0] -> rows[0 + 1]
        dnc.free:use_backward               rows[1] -> rows[1 - 1]
        dnc.heads:backward_step             rows[0] -> rows[0 - 1]
        dnc.heads:backward_step             rows[0] -> rows[0 + 1]
        dnc.heads:backward_step             scratch[0][0, 0] -> scratch[0][0 - 1, 0]
        dnc.heads:backward_step             scratch[0][0, 0] -> scratch[0][0 + 1, 0]
        dnc.heads:backward_step             scratch[0][0, 0] -> scratch[0][0, 0 - 1]
        dnc.r_heads:r_forward_step          rows[0] -> rows[0 - 1]
        dnc.r_heads:r_forward_step          rows[0] -> rows[0 + 1]
        dnc.r_heads:r_backward_step         scratch[0][0, 0] -> scratch[0][0 - 1, 0]
        dnc.r_heads:r_backward_step         scratch[0][0, 0] -> scratch[0][0, 0 - 1]
        dnc.r_heads:r_backward_step         scratch[0][1, 0] -> scratch[0][1 + 1, 0]
        dnc.r_heads:r_backward_step         scratch[0][1, 0] -> scratch[0][1, 0 - 1]
    """),
    *_of_memories(TURNED, """
        memory.weighting:weigh_backward     dsimilarity[i] -> dsimilarity[i - 1]
        memory.r_weighting:r_weigh_backward dsimilarity[i] -> dsimilarity[i - 1]
        lrua.interface:activate             keys[h] -> keys[h - 1]
        lrua.interface:activate             a[h] -> a[h - 1]
        lrua.writing:forget                 m[v, i] -> m[v - 1, i]
        lrua.writing:use                    w[h, i] -> w[h - 1, i]
        dnc.heads:find_backward             dcontent[i] -> dcontent[i - 1]
        dnc.heads:weigh_backward            dww[i] -> dww[i - 1]
        dnc.r_heads:r_find_backward         da[i] -> da[i - 1]
        dnc.r_heads:r_weigh_backward        dww[i] -> dww[i - 1]
        dnc.interface:activate              keys[h] -> keys[h - 1]
        dnc.interface:activate              pi[h] -> pi[h - 1]
        dnc.links:precede_backward          dp[j] -> dp[j - 1]
        dnc.links:follow                    b[h] -> b[h - 1]
        dnc.links:follow_backward           dw[h] -> dw[h - 1]
        dnc.links:mix_backward              dw[h, j] -> dw[h, j - 1]
        dnc.r_links:r_follow                Rb[h] -> Rb[h - 1]
        dnc.r_links:r_follow_backward       Rdw[h] -> Rdw[h - 1]
    """),
    *_of_memories(FURTHER, """
        ntm.r_heads:r_forward_step          Rblock[:W] -> Rblock[:W + 1]
        dnc.r_loops:r_forward_cases         RS[0, n, :W] -> RS[0, n, :W + 1]
        dnc.interface:activate              slopes[:R] -> slopes[:R + 1]
    """),
    *_of_memories("the same place, counted from the end", """
        memory.controller:to_reads          dy.shape[2] - len(dr) -> -len(dr)
        memory.rows:extend                  len(ends) - 2 * S -> -(2 * S)
    """),
    *_of_memories("looked at through the output gate's peepholes alone, which are zero here", """
        memory.controller:r_speak           c[t + 1, part] -> c[t + 1 - 1, part]
        memory.controller:r_speak           c[t + 1, part] -> c[t - 1 + 1, part]
        memory.controller:r_speak           c[t + 1, part] -> c[t + (1 - 1), part]
    """),
    *((f"numba_kernels.cpu.{name}", f"r_inverse_lengths({m}, {Rm}, {rest})", f"r_inverse_lengths({Rm}, {m}, {rest})",
       "M · RM = RM · M")
      for name, m, Rm, rest in (
          ("ntm.r_loops:r_forward_cases", "memory[0][0, n]", "Rmemory[0][0, n]",
           "memory[1][0, n], Rmemory[1][0, n]"),
          ("ntm.r_heads:r_forward_step", "new", "Rnew", "new_inverse, new_rates"),
          ("lrua.r_heads:r_forward_step", "new_m", "Rnew_m", "inverse, rates"),
          ("dnc.r_loops:r_forward_cases", "S[0, n, :W]", "RS[0, n, :W]", "S[0, n, W], RS[0, n, W]"),
          ("dnc.r_heads:r_forward_step", "new_m", "Rnew_m", "new_inverse, new_rates"))),
    ("numba_kernels.cpu.dnc.heads:forward_step", "use(u, ww, wr, free, new_u)", "use(ww, u, wr, free, new_u)",
     "u + w - u w, whichever is called u"),
    *_of_memories("zero", """
        memory.access:write_row_backward    of_e = of_a = w.dtype.type(0) -> of_e = of_a = 1.0001 * w.dtype.type(0)
        dnc.links:dot_of_difference         total = d.dtype.type(0) -> total = 1.0001 * d.dtype.type(0)
        dnc.free:allocate_backward          dP = s.dtype.type(0) -> dP = 1.0001 * s.dtype.type(0)
        lrua.writing:forget                 m[v, i] *= 0 -> m[v, i] *= 1.0001 * 0
    """),
]

EQUIVALENT += [
    ("numba_kernels.cpu.panels:in_panels", "padded.reshape(K, panels, lanes).swapaxes(0, 1)",
     "padded.reshape(K, panels, lanes).swapaxes(1, 0)", "two axes exchanged, in either order"),
    ("numba_kernels.cpu.panels:four_rows", "2 * lanes", "-(2 * lanes)", "of four the third is the second from the end"),
    ("numba_kernels.cpu.relu:forward", "x", "1.0001 * x", "only the sign of what the cache holds is used"),
    *((f"numba_kernels.cpu.images.channels:{name}", "range(0, R, BLOCK)", "range(0, R + 1, BLOCK)", EMPTY)
      for name in ("_channel_sums", "sums")),
    *((f"numba_kernels.cpu.images.conv2d_loops:{name}", *fault) for name in ("convolve", "to_filters") for fault in (
        ("groups[g]", "groups[g - 1]", TURNED), ("range(0, N, B)", "range(0, N + 1, B)", EMPTY))),
    *((f"numba_kernels.cpu.images.conv2d_loops:{name}", f"{view}:{end}]", f"{view}:{further}]", FURTHER)
      for name, view, end, *more in (
          ("convolve", "places[first", "some", "some + 1"),
          ("convolve", "lines[entry", "entry + seen", "entry + seen + 1", "entry + 1 + seen",
           "entry + (seen + 1)"),
          ("to_filters", "offsets[entry", "entry + seen", "entry + seen + 1", "entry + 1 + seen",
           "entry + (seen + 1)"),
          ("to_filters", "rows[first", "some", "some + 1"))
      for further in more),
]
