"""A few numbers in one register: vectors of 64 bytes, 16 of float32 or 8 of float64, by name.

    s = zeros(x)                LANES zeros of x's dtype
    v = load(x, i)              x[i : i + LANES], x a flat array
    s = add_times(s, x, i, v)   s + x[i] v, rounded once
    store(x, i, s)              x[i : i + LANES] = s

LLVM keeps a vector in one register or in several, as the processor has them.  A loop over plain arrays is left to its
vectorizer, which holds no sums in registers across an outer loop; these do.  Nothing is checked against bounds.
Without compilation, NUMBA_DISABLE_JIT=1, the Python functions below do the same with arrays.
"""

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, overload, register_model

BYTES = 64


class Lanes(types.Type):
    """Numba's type of a vector."""

    def __init__(self, dtype: types.Float):
        self.dtype, self.count = dtype, 8 * BYTES // dtype.bitwidth
        super().__init__(f"Lanes({dtype}, {self.count})")


@register_model(Lanes)
class LanesModel(models.PrimitiveModel):
    def __init__(self, manager, lanes: Lanes):
        super().__init__(manager, lanes, ir.VectorType(manager.lookup(lanes.dtype).get_value_type(), lanes.count))


def lanes_of(x) -> int:
    """How many of x's numbers a vector has."""
    return BYTES // x.itemsize


def zeros(x):
    return np.zeros(lanes_of(x), x.dtype)


def load(x, i):
    return x[i : i + lanes_of(x)].copy()


def add_times(s, x, i, v):
    return s + x[i] * v


def store(x, i, s):
    x[i : i + len(s)] = s


def _pointer(context, builder, array, x, i):
    """To x[i], as one to vectors that are aligned as numbers are."""
    data = context.make_array(array)(context, builder, x).data
    return builder.gep(data, [i])


@intrinsic
def _zeros(typing, x):
    lanes = Lanes(x.dtype)

    def code(context, builder, signature, arguments):
        return ir.Constant(context.get_value_type(lanes), None)

    return lanes(x), code


@intrinsic
def _load(typing, x, i):
    lanes = Lanes(x.dtype)

    def code(context, builder, signature, arguments):
        pointer = _pointer(context, builder, x, *arguments)
        vector = context.get_value_type(lanes)
        return builder.load(builder.bitcast(pointer, vector.as_pointer()), align=x.dtype.bitwidth // 8)

    return lanes(x, i), code


@intrinsic
def _add_times(typing, s, x, i, v):
    def code(context, builder, signature, arguments):
        s_value, x_value, i_value, v_value = arguments
        vector, number = v_value.type, builder.load(_pointer(context, builder, x, x_value, i_value))
        alone = builder.insert_element(ir.Constant(vector, ir.Undefined), number, ir.Constant(ir.IntType(32), 0))
        everywhere = builder.shuffle_vector(alone, ir.Constant(vector, ir.Undefined),
                                            ir.Constant(ir.VectorType(ir.IntType(32), vector.count), None))
        name = f"llvm.fmuladd.v{vector.count}f{v.dtype.bitwidth}"
        fma = cgutils.get_or_insert_function(builder.module, ir.FunctionType(vector, [vector] * 3), name)
        return builder.call(fma, [everywhere, v_value, s_value])

    return v(s, x, i, v), code


@intrinsic
def _store(typing, x, i, s):
    def code(context, builder, signature, arguments):
        x_value, i_value, s_value = arguments
        pointer = _pointer(context, builder, x, x_value, i_value)
        builder.store(s_value, builder.bitcast(pointer, s_value.type.as_pointer()), align=x.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(x, i, s), code


@overload(lanes_of)
def _(x):
    count = Lanes(x.dtype).count
    return lambda x: count


@overload(zeros)
def _(x):
    return lambda x: _zeros(x)


@overload(load)
def _(x, i):
    return lambda x, i: _load(x, i)


@overload(add_times)
def _(s, x, i, v):
    return lambda s, x, i, v: _add_times(s, x, i, v)


@overload(store)
def _(x, i, s):
    return lambda x, i, s: _store(x, i, s)
