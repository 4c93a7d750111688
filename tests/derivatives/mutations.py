"""Small faults planted in the source of a function, each the kind of slip that a hand-written derivative suffers.

    sign         a + b -> a - b and back, -a -> a, a whole term negated
    dropped      a term of a sum or difference, a factor, a divisor, a whole statement that adds to something
    transpose    a.T -> a, a @ b -> b @ a
    scale        a term times 1.0001
    off by one   an index, a slice's bound, a loop's bound, a loop's direction
    comparison   a > b -> a < b
    arguments    f(a, b) -> f(b, a)
"""

import ast
import copy
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import NamedTuple

ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.MatMult, ast.Pow)
UNORDERED = ("max", "min", "zip", "maximum", "minimum", "dot")
ALLOCATING = ("empty", "empty_like", "zeros", "zeros_like")  # memory, no numbers that could be wrong
FLIPPED = {ast.Add: ast.Sub, ast.Sub: ast.Add}


class Mutant(NamedTuple):
    kind: str
    line: int
    before: str
    after: str
    # makes a module that holds nothing but the changed function, in its class if it has one
    tree: Callable[[], ast.Module]


def mutants(source: str, qualified: str) -> Iterator[Mutant]:
    """Every mutant of one function of a module."""
    *classes, name = qualified.split(".")
    scope = ast.parse(source)
    for part in (*classes, name):
        scope = next(node for node in scope.body if getattr(node, "name", None) == part)
    for site, (node, place, shown) in enumerate(_sites(scope)):
        for variant, (kind, new) in enumerate(_replacements(node, place)):
            before, after = _texts(node, ast.copy_location(new, node), shown)
            if before != after:
                yield Mutant(kind, node.lineno, before, after, partial(_mutated, scope, site, variant, classes))


def _texts(node: ast.AST, new: ast.AST, shown: ast.AST) -> tuple[str, str]:
    """What is shown of a fault, with the node and with what takes its place."""
    before = ast.unparse(shown)
    if shown is node:
        return before, ast.unparse(new)
    _replace(shown, node, new)
    after = ast.unparse(shown)
    _replace(shown, new, node)
    return before, after


def _mutated(function: ast.FunctionDef, site: int, variant: int, classes: list[str]) -> ast.Module:
    tree = copy.deepcopy(function)
    node, place, _ = next(islice(_sites(tree), site, None))
    _, new = next(islice(_replacements(node, place), variant, None))
    _replace(tree, node, new)
    for name in reversed(classes):
        tree = ast.ClassDef(name, [], [], [tree], [], type_params=[])
    return ast.fix_missing_locations(ast.Module([tree], []))


def _sites(function: ast.FunctionDef) -> Iterator[tuple[ast.AST, str, ast.AST]]:
    """The nodes that may be changed, each with where it stands, as a value, index, bound or statement, and what is
    shown of it: itself, or all of a[index] or range(bound).
    """
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    for statement in body:
        yield from _walk(statement, "statement")


def _walk(node: ast.AST, place: str, around: ast.AST | None = None) -> Iterator[tuple[ast.AST, str, ast.AST]]:
    if isinstance(node, (ast.Raise, ast.Assert, ast.JoinedStr)) or _checks_arguments(node):
        return
    yield node, place, around or node
    if place in ("index", "bound") and isinstance(node, (ast.Call, ast.Attribute)) or _allocates(node):
        return
    if isinstance(node, ast.Return) and node.value is not None:
        for value in node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]:
            yield from _walk(value, "result")
        return
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "args") and not isinstance(node, ast.Call):
            continue
        if field == "test" or (field == "targets" and isinstance(node, ast.Assign)) or field == "ctx":
            continue
        here, within = "value", None
        if place in ("index", "bound") or isinstance(node, ast.Slice):
            here, within = place, around
        if isinstance(node, ast.Subscript) and field == "slice":
            here, within = "index", node
        if isinstance(node, ast.Call) and field == "args" and getattr(node.func, "id", None) == "range":
            here, within = "bound", node
        if isinstance(node, (ast.For, ast.While, ast.If, ast.With, ast.FunctionDef)) and field in ("body", "orelse"):
            here = "statement"
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _walk(child, here, within)


def _checks_arguments(node: ast.AST) -> bool:
    """require_this(...) and self._require_that(...) compute nothing; their errors are tested elsewhere."""
    call = node.value if isinstance(node, ast.Expr) else node
    return isinstance(call, ast.Call) and _called(call).lstrip("_").startswith("require")


def _called(call: ast.Call) -> str:
    """The last part of the called function's name."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _allocates(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _called(node) in ALLOCATING


def _binary(left: ast.expr, op: ast.operator, right: ast.expr) -> ast.BinOp:
    return ast.BinOp(left, op, right)


def _replacements(node: ast.AST, place: str) -> Iterator[tuple[str, ast.AST]]:
    if place in ("index", "bound"):
        counts = isinstance(node, (ast.Name, ast.Constant, ast.BinOp, ast.Call, ast.Subscript))
        if counts and isinstance(getattr(node, "value", 0), int):
            yield "off by one", _binary(node, ast.Sub(), ast.Constant(1))
            yield "off by one", _binary(node, ast.Add(), ast.Constant(1))
        return
    if isinstance(node, ast.AugAssign):
        yield "dropped", ast.Pass()
        if type(node.op) in FLIPPED:
            yield "sign", ast.AugAssign(node.target, FLIPPED[type(node.op)](), node.value)
        yield "scale", ast.AugAssign(node.target, node.op, _binary(ast.Constant(1.0001), ast.Mult(), node.value))
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield "dropped", ast.Pass()
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.Call) \
            and not _is_sum(node.value) and not _checks_arguments(node.value) and not _allocates(node.value):
        yield "scale", ast.Assign(node.targets, _binary(ast.Constant(1.0001), ast.Mult(), node.value))
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield "transpose", node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant):
        yield "sign", node.operand
    if isinstance(node, ast.Compare):
        flipped = {ast.Gt: ast.Lt, ast.Lt: ast.Gt, ast.GtE: ast.LtE, ast.LtE: ast.GtE}.get(type(node.ops[0]))
        if flipped:
            yield "comparison", ast.Compare(node.left, [flipped()], node.comparators)
    if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "reversed":
        yield "off by one", node.args[0]
    if isinstance(node, ast.Call) and len(node.args) > 1 and _called(node) not in UNORDERED:
        first, second, *rest = node.args
        yield "arguments", ast.Call(node.func, [second, first, *rest], node.keywords)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ARITHMETIC):
        yield from _of_arithmetic(node)
    if isinstance(node, ast.Call) and _writes_to(node):
        first, *rest = node.args
        yield "scale", ast.Call(node.func, [_binary(ast.Constant(1.0001), ast.Mult(), first), *rest], node.keywords)
        yield "sign", ast.Call(node.func, [ast.UnaryOp(ast.USub(), first), *rest], node.keywords)
    whole_term = isinstance(node, ast.BinOp) or _is_sum(node) or (place == "result"
                                                                  and isinstance(node, (ast.Name, ast.Subscript)))
    if whole_term:
        yield "scale", _binary(ast.Constant(1.0001), ast.Mult(), node)
        yield "sign", ast.UnaryOp(ast.USub(), node)


def _is_sum(node: ast.AST) -> bool:
    """A call of np.something, of an array's sum, or of a loss: a number or array, and no tuple."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and (
        node.func.attr in ("sum", "dot", "mean") or getattr(node.func.value, "id", None) == "np"
        ) and node.func.attr not in ALLOCATING and not _writes_to(node)


def _writes_to(call: ast.Call) -> bool:
    """np.something(a, ..., out=b) or np.dot(a, b, c): its value is in the last."""
    return bool(call.args) and getattr(getattr(call.func, "value", None), "id", None) == "np" and (
        any(keyword.arg == "out" for keyword in call.keywords) or (_called(call) == "dot" and len(call.args) == 3))


def _of_arithmetic(node: ast.BinOp) -> Iterator[tuple[str, ast.AST]]:
    left, op, right = node.left, node.op, node.right
    if type(op) in FLIPPED:
        yield "sign", _binary(left, FLIPPED[type(op)](), right)
        yield "dropped", left
        yield "dropped", right if isinstance(op, ast.Add) else ast.UnaryOp(ast.USub(), right)
    elif isinstance(op, ast.Mult):
        yield "dropped", left
        yield "dropped", right
    elif isinstance(op, (ast.Div, ast.Pow)):
        yield "dropped", left
    elif isinstance(op, ast.MatMult):
        yield "transpose", _binary(right, ast.MatMult(), left)


def _replace(function: ast.FunctionDef, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(function):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
                return
            if isinstance(value, list) and any(child is old for child in value):
                value[next(i for i, child in enumerate(value) if child is old)] = new
                return
    raise AssertionError("the node is not in the function")
