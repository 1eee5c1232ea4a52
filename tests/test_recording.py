"""`no_grad` and `detach`: computing without recording."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import autograd
from autograd import DomainError, Value, no_grad


def records() -> bool:
    """Whether an operation is recorded here and now."""
    return (Value(1.0) * 2).op == "*"


# Blocks ---------------------------------------------------------------------------------------------------------------


def test_what_is_made_in_the_block_is_a_constant() -> None:
    x = Value(3.0)
    with no_grad():
        results = [x * x, x + 1, -x, x.tanh(), autograd.sum([x, x]), autograd.clip(x, 0, 1), 2**x, divmod(x, 2)[0]]
    for result in results:
        assert (result.op, result.operands, result.partials) == ("constant", (), ())
    assert results[0].data == 9.0


def test_a_constant_from_the_block_takes_no_gradient_later() -> None:
    x = Value(3.0)
    with no_grad():
        scale = x * x
    y = x * scale
    assert y.partials == (9.0, 0.0)
    y.backward()
    assert (x.grad, scale.grad) == (9.0, 0.0)


def test_recording_goes_on_after_the_block() -> None:
    with no_grad():
        assert not records()
    assert records()


def test_values_made_in_the_block_are_leaves() -> None:
    with no_grad():
        x = Value(3.0)
    (x * x).backward()
    assert x.grad == 6.0


def test_a_graph_recorded_before_backpropagates_inside_the_block() -> None:
    x = Value(3.0)
    y = x * x
    with no_grad():
        y.backward()
        x.data = 5.0
        y.recompute()
    assert (x.grad, y.data, y.partials) == (6.0, 25.0, (5.0, 5.0))


def test_blocks_nest() -> None:
    with no_grad():
        with no_grad():
            assert not records()
        assert not records()
    assert records()


def test_an_exception_ends_the_block() -> None:
    with pytest.raises(RuntimeError, match="out"), no_grad():
        raise RuntimeError("out")
    assert records()


def test_a_domain_error_in_the_block_names_the_line_and_ends_it() -> None:
    with pytest.raises(DomainError, match=f"line {line() + 1}"), no_grad():
        Value(-1.0, "x").log()
    assert records()


def line() -> int:
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


def test_an_update_of_parameters_in_the_block_is_not_recorded() -> None:
    parameter = Value(3.0)
    (parameter * parameter).backward()
    with no_grad():
        parameter.data -= 0.1 * parameter.grad
        total = sum([parameter * 2, parameter])
    assert parameter.data == 3.0 - 0.1 * 6.0
    assert isinstance(total, Value)
    assert total.op == "constant"


# As a decorator -------------------------------------------------------------------------------------------------------


def test_a_decorated_function_does_not_record() -> None:
    @no_grad()
    def evaluate(x: Value) -> Value:
        return x * x

    x = Value(3.0)
    assert [evaluate(x).op for _ in range(2)] == ["constant", "constant"]
    assert records()


def test_a_decorated_function_that_raises_ends_the_block() -> None:
    @no_grad()
    def fail() -> None:
        raise RuntimeError("out")

    with pytest.raises(RuntimeError, match="out"):
        fail()
    assert records()


def test_a_decorated_function_may_call_itself() -> None:
    @no_grad()
    def power(x: Value, n: int) -> Value:
        return x * power(x, n - 1) if n else Value(1.0)

    assert power(Value(2.0), 5).op == "constant"
    assert records()


def test_a_decorated_coroutine_does_not_record() -> None:
    @no_grad()
    async def evaluate() -> bool:
        await asyncio.sleep(0)
        return records()

    assert asyncio.run(evaluate()) is False


def test_a_decorated_generator_does_not_record_and_its_consumer_does() -> None:
    @no_grad()
    def numbers() -> Iterator[bool]:
        yield records()
        yield records()

    seen = [(inside, records()) for inside in numbers()]
    assert seen == [(False, True), (False, True)]


# Threads and tasks ----------------------------------------------------------------------------------------------------


def test_another_thread_records() -> None:
    with no_grad(), ThreadPoolExecutor(1) as pool:
        assert pool.submit(records).result()
        assert not records()


def test_a_block_in_another_thread_does_not_reach_this_one() -> None:
    entered, leave = threading.Event(), threading.Event()
    inside: list[bool] = []

    def work() -> None:
        with no_grad():
            entered.set()
            leave.wait()
            inside.append(records())

    thread = threading.Thread(target=work)
    thread.start()
    entered.wait()
    outside = records()
    leave.set()
    thread.join()
    assert outside
    assert inside == [False]


def test_one_object_may_be_entered_again_and_in_itself() -> None:
    block = no_grad()
    for _ in range(2):
        with block:
            with block:
                assert not records()
            assert not records()
        assert records()


def test_one_object_may_be_entered_in_two_threads() -> None:
    """The first to enter is the first to leave; neither thread is this one, which stays clean whatever happens."""
    block = no_grad()
    both_are_in, first_is_out = threading.Barrier(2, timeout=60), threading.Event()

    def first() -> list[bool]:
        seen = []
        try:
            with block:
                both_are_in.wait()
                seen.append(records())
            return [*seen, records()]
        finally:
            first_is_out.set()

    def second() -> list[bool]:
        seen = []
        with block:
            both_are_in.wait()
            first_is_out.wait()
            seen.append(records())
        return [*seen, records()]

    with ThreadPoolExecutor(2) as pool:
        results = [pool.submit(first), pool.submit(second)]
    assert [result.result() for result in results] == [[False, True], [False, True]]


def test_many_threads_enter_and_leave_without_disturbing_one_another() -> None:
    wrong: list[int] = []

    def work(index: int) -> None:
        for _ in range(300):
            with no_grad():
                if records():
                    wrong.append(index)
            if not records():
                wrong.append(index)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert wrong == []
    assert records()


def test_whether_a_copied_context_records_does_not_hang_on_other_blocks() -> None:
    with no_grad():
        context = contextvars.copy_context()
    alone = context.run(records)
    with no_grad():
        assert context.run(records) is alone
    assert records()


def test_tasks_hold_their_own_blocks() -> None:
    async def quiet(steps: int) -> list[bool]:
        with no_grad():
            seen = []
            for _ in range(steps):
                await asyncio.sleep(0)
                seen.append(records())
            return seen

    async def loud(steps: int) -> list[bool]:
        seen = []
        for _ in range(steps):
            await asyncio.sleep(0)
            seen.append(records())
        return seen

    async def both() -> list[list[bool]]:
        return list(await asyncio.gather(quiet(5), loud(5), quiet(3), loud(8)))

    assert asyncio.run(both()) == [[False] * 5, [True] * 5, [False] * 3, [True] * 8]


def test_a_task_that_is_cancelled_ends_its_block() -> None:
    async def wait() -> None:
        with no_grad():
            await asyncio.sleep(3600)

    async def cancel() -> bool:
        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return records()

    assert asyncio.run(cancel())


# Detaching ------------------------------------------------------------------------------------------------------------


def test_detach_keeps_data_and_label_and_cuts_the_graph() -> None:
    x = Value(3.0, "x")
    y = x * x.detach()
    y.backward()
    assert (y.data, x.grad) == (9.0, 3.0)
    assert x.detach().label == "x"


def test_detach_does_not_follow_the_original() -> None:
    x = Value(3.0)
    constant = x.detach()
    x.data = 5.0
    assert constant.data == 3.0
    constant.data = 7.0
    assert x.data == 5.0


def test_a_graph_of_nothing_but_constants_has_no_gradient_to_give() -> None:
    x = Value(3.0).detach()
    y = x * x
    y.backward()
    assert (y.data, y.partials, x.grad) == (9.0, (0.0, 0.0), 0.0)


def test_gradients_through_a_detached_value_are_zero() -> None:
    x = Value(3.0)
    slope = autograd.gradients(x.detach() * 2 + x * 0, x)
    assert slope.data == 0.0
