"""Where a step stands in its tree, and whose status follows from whose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from pywats.models.base import set_unchecked
from pywats.models.report.codes import MeasurementStatusCode, StepStatusCode
from pywats.models.report.measurements import Measurement
from pywats.models.report.statuses import (
    RESULTS,
    TO_BLAME,
    as_measurement,
    refuse_contradiction,
    status_of_measurements,
    status_of_steps,
)
from pywats.models.report.step_parts import StepLoop
from pywats.models.report.summaries import count_turns, mirror

if TYPE_CHECKING:
    from pywats.models.report.step_data import StepData

__all__ = ["Place", "place_of"]

_UNNUMBERED: Final = -1


def place_of(step: StepData) -> Place:
    """Return where a step stands."""
    return step._place  # noqa: SLF001  the step's own helper, of no use to others


class Place:
    """Where a step stands, and what is known of the steps below it.

    It is neither data nor compared, copied, pickled or sent: a copied step gets a place of its own.

    Attributes:
        step: The step that stands here.
        built: The step was made by an add method, so that the rules hold for assignments, too.
        computed: The status follows from what the step carries.
        tell: Tells the report that its root has changed; None if the step is no root of a report.
        above: The sequence; of an iteration, the summary of its loop.
        count: How many steps and iterations the step held when it was last looked at; -1: look again.
        below: Those whose statuses count: the steps of a sequence, the iterations of a summary.
        next_id: Of the topmost step: the id of the next new step, or `_UNNUMBERED`; None if unknown.
    """

    __slots__ = (
        "_names", "_tally", "above", "below", "built", "computed", "count", "next_id", "step", "tell",
    )  # fmt: skip

    def __init__(self, step: StepData, *, built: bool, computed: bool) -> None:
        self.step = step
        self.built = built
        self.computed = computed
        self.tell: Callable[[], None] | None = None
        self.above: Place | None = None
        self.below: list[Place] = []
        self.next_id: int | None = None
        self.link()

    # Who is where.

    def link(self) -> None:
        """Tell what is below where it is, and what was there before that it is not."""
        for former in self.below:
            former.above = None
            for iteration in former.below if former.is_summary else ():
                iteration.above = None
        for measurement in self.measurements():
            measurement.belong_to(self)
        children, summary = self.children(), None
        self.count = len(children)
        self._names: set[str] | None = None
        self.adopt([])
        for child in children:
            if summary is not None and child.is_iteration and child.step.name == summary.step.name:
                child.above = summary
                summary.below.append(child)
                continue
            child.above = self
            self.below.append(child)
            summary = child if child.is_summary else None
            if summary is not None:
                summary.adopt([])

    def adopt(self, below: list[Place]) -> None:
        """Begin anew with those below."""
        self.below = below
        self._tally: Counter[object] | None = None

    def forget(self) -> None:
        """Look at the steps below again when it matters: somebody has changed them by hand."""
        self.count = -1

    def refresh(self) -> None:
        """Notice steps that somebody put into the list by hand."""
        if self.count != len(self.step.steps or ()):
            self.link()
            self.top.next_id = None

    def children(self) -> list[Place]:
        """Return the places of the steps in the list, iterations and all."""
        # What a server sent may be anything.
        steps: object = self.step.steps
        return (
            [place_of(step) for step in steps if hasattr(step, "_place")] if isinstance(steps, list) else []
        )

    def measurements(self) -> list[Measurement]:
        """Return the measurements of the step, of whatever kind."""
        step = self.step
        lists: tuple[object, ...] = (step.numeric_meas, step.string_meas, step.boolean_meas)
        return [
            one for some in lists if isinstance(some, list) for one in some if isinstance(one, Measurement)
        ]

    @property
    def is_summary(self) -> bool:
        """Whether the step sums up a loop."""
        return isinstance(self.step.loop, StepLoop) and self.step.loop.idx is None

    @property
    def is_iteration(self) -> bool:
        """Whether the step is one turn of a loop."""
        return isinstance(self.step.loop, StepLoop) and self.step.loop.idx is not None

    @property
    def top(self) -> Place:
        """The place of the topmost step."""
        place = self
        while place.above is not None:
            place = place.above
        return place

    def path(self) -> str:
        """Return the names from the top to the step, such as Main/Power/3V3 rail."""
        names: list[str] = []
        place: Place | None = self
        while place is not None:
            name, above = str(place.step.name), place.above
            if place.is_iteration and place.step.loop is not None and above is not None:
                name, above = f"{name}[{place.step.loop.idx}]", above.above
            names.append(name)
            place = above
        return "/".join(reversed(names))

    @contextmanager
    def naming(self, *more: object) -> Iterator[None]:
        """Say in a refusal which step it is about."""
        try:
            yield
        except ValidationError as error:
            reasons = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
            raise ValueError(f"{'/'.join((self.path(), *map(str, more)))}: {reasons}") from error
        except ValueError as error:
            raise ValueError(f"{'/'.join((self.path(), *map(str, more)))}: {error}") from error

    # Statuses.

    def assign(self, status: object) -> None:
        """Give the step the status that somebody says, for good.

        Raises:
            ValueError: It is no status, or contradicts what the step carries.
        """
        if self.built:
            with self.naming():
                status = self._accepted(status)
            self.computed = False
        if status == self.step.status:
            self.store(status)
        else:
            self._became(status)

    def _accepted(self, status: object) -> StepStatusCode:
        code = StepStatusCode(str(status))
        if self.tell is not None and code not in RESULTS:
            raise ValueError(f"a report is P, F, E or T, not {code}")
        if code is StepStatusCode.UNKNOWN:
            raise ValueError("the status U is for reading only")
        measurements = self.measurements()
        if len(measurements) == 1:
            set_unchecked(measurements[0], "status", as_measurement(code))
        else:
            refuse_contradiction(code, [one.status for one in measurements])
        return code

    def measurement_assigned(self, measurement: Measurement, status: object) -> None:
        """Give a measurement of the step the status that somebody says.

        Raises:
            ValueError: It is no status, or contradicts the status that was given to the step.
        """
        if not self.built:
            set_unchecked(measurement, "status", status)
            return
        with self.naming(*([measurement.name] if measurement.name else [])):
            code = MeasurementStatusCode(str(status))
            others = [one for one in self.measurements() if one is not measurement]
            if not self.computed and others:
                refuse_contradiction(self.step.status, [code, *(one.status for one in others)])
        if self.is_summary or not (self.computed or others):
            self.assign(code)
        else:
            set_unchecked(measurement, "status", code)
            self.rejudge()

    def rejudge(self) -> None:
        """Give the step the status that follows from what it carries, unless it was given another."""
        if self.computed and (status := self.judgement()) != self.step.status:
            self._became(status)

    def judgement(self) -> StepStatusCode:
        """Return the status that follows from what the step carries."""
        measurements = () if self.is_summary else self.measurements()
        if measurements:
            return status_of_measurements(one.status for one in measurements)
        if not self.below and self.tell is None:
            return StepStatusCode.DONE
        return status_of_steps(self.tally())

    def _became(self, status: object) -> None:
        place = self
        while True:
            old = place.step.status
            place.store(status)
            above = place.above
            if above is None:
                break
            above.recount(old, place.step.status)
            if not above.computed:
                break
            place, status = above, above.judgement()
            if status == place.step.status:
                break
        self._tell_report()

    def store(self, status: object) -> None:
        """Set the status without asking anybody."""
        set_unchecked(self.step, "status", status)
        if self.is_summary:
            self._mirror()

    def recount(self, old: object | None, new: object) -> None:
        """Note that a step below has another status, or is new (old is None)."""
        if self._tally is not None:
            if old is not None:
                self._tally[old] -= 1
            self._tally[new] += 1
        loop = self.step.loop
        if isinstance(loop, StepLoop) and loop.idx is None:
            count_turns(loop, self.tally(), len(self.below))

    def tally(self) -> Counter[object]:
        """Return how many of the steps below have which status."""
        if self._tally is None:
            self._tally = Counter(place.step.status for place in self.below)
        return self._tally

    def _tell_report(self) -> None:
        tell = self.top.tell
        if tell is not None:
            tell()

    # Growing. Everything is checked before anything is changed.

    def check_name(self, name: object) -> None:
        """Refuse a new step or measurement without a name of its own.

        Raises:
            ValueError: The name is empty, or taken.
        """
        key = _name_key(name)
        if not key:
            raise ValueError("a name is needed")
        if key in self._taken():
            raise ValueError("there is one of this name already")

    def _taken(self) -> set[str]:
        self.refresh()
        if self._names is None:
            named = self.below if self.step.seq_call is not None else []
            self._names = {_name_key(place.step.name) for place in named} | {
                _name_key(one.name) for one in self.measurements()
            }
        return self._names

    def add_step(self, child: Place) -> None:
        """Put a step at the end of the sequence, and number it."""
        self.refresh()
        self.number(child)
        self.items("steps").append(child.step)
        self.count += 1
        self._taken().add(_name_key(child.step.name))
        self._grown(child)

    def _grown(self, child: Place) -> None:
        self.resume()
        child.above = self
        self.below.append(child)
        self.recount(None, child.step.status)
        self.rejudge()
        if child.step.status in TO_BLAME:
            self._tell_report()

    def resume(self) -> None:
        """Go on with steps that were read: where a status is what would have been computed, it follows."""
        for place in self.upwards():
            if place.built:
                return
            place.built = True
            unfinished = not place.below and place.step.status in (StepStatusCode.PASSED, StepStatusCode.DONE)
            place.computed = unfinished or place.step.status == place.judgement()

    def add_measurement(self, member: str, measurement: Measurement) -> None:
        """Put a measurement into the step.

        Raises:
            ValueError: It contradicts the status that was given to the step.
        """
        self.resume()
        step, there = self.step, len(getattr(self.step, member) or ())
        if not self.computed:
            statuses = [one.status for one in (*self.measurements(), measurement)]
            refuse_contradiction(step.status, statuses)
        taken = self._taken()
        self.items(member).append(measurement)
        taken.add(_name_key(measurement.name))
        measurement.belong_to(self)
        if self.computed:
            status = status_of_measurements((*([step.status] if there else []), measurement.status))
            if status != step.status:
                self._became(status)

    def items(self, member: str) -> list[object]:
        """Return a list of the step, a new one if there is none."""
        items: list[object] | None = getattr(self.step, member)
        if items is None:
            items = []
            set_unchecked(self.step, member, items)
        return items

    def number(self, child: Place) -> None:
        """Give a new step, and those below, the ids that come next, if the steps of the tree have ids."""
        top = self.top
        if top.next_id is None:
            ids = [place.step.id for place in top.walk()]
            known = [number for number in ids if isinstance(number, int)]
            top.next_id = max(known) + 1 if len(known) == len(ids) else _UNNUMBERED
        for place in child.walk():
            if top.next_id == _UNNUMBERED:
                place.step.id = None
                place.step.model_fields_set.discard("id")
            else:
                place.step.id = top.next_id
                top.next_id += 1

    def upwards(self) -> Iterator[Place]:
        """Yield the place and those above it."""
        place: Place | None = self
        while place is not None:
            yield place
            place = place.above

    def first_below(self, status: object) -> Place | None:
        """Return the first step of a status, in the first sequence of that status, and so on down."""
        found, below = None, self.below
        while below:
            hit = next((place for place in below if place.step.status == status), None)
            if hit is None:
                break
            found, below = hit, hit.below
        return found

    def walk(self) -> Iterator[Place]:
        """Yield the place and all below it, in the order of the document."""
        waiting = [self]
        while waiting:
            place = waiting.pop()
            yield place
            waiting.extend(reversed(place.children()))

    def add_iteration(self, child: Place) -> None:
        """Put an iteration behind the others of the loop that the step sums up."""
        sequence = self.above
        if sequence is None:
            raise ValueError("the loop is no longer part of a sequence")
        sequence.refresh()
        steps = sequence.items("steps")
        start = len(steps) - len(self.below) - 1  # unless other steps have been added since
        if start < 0 or steps[start] is not self.step:
            start = next((index for index, step in enumerate(steps) if step is self.step), -1)
        if start < 0:
            raise ValueError("the loop is no longer part of its sequence")
        sequence.number(child)
        steps.insert(start + 1 + len(self.below), child.step)
        sequence.count += 1
        self._grown(child)
        self._mirror()

    def _mirror(self) -> None:
        mirror(self.step, (place.step for place in reversed(self.below)))
        for measurement in self.measurements():
            measurement.belong_to(self)


def _name_key(name: object) -> str:
    # The server strips trailing spaces.
    return str(name or "").rstrip()
