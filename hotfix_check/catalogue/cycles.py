"""Updates that, step by step, lead back to themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping


def find_cycles(edges: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
    """Each cycle once, found by a depth-first walk without recursion."""
    done: set[str] = set()
    for start in sorted(edges):
        path: list[str] = []
        on_path: set[str] = set()
        stack: list[tuple[str, Iterator[str]]] = []

        def enter(node: str) -> None:
            path.append(node)  # noqa: B023
            on_path.add(node)  # noqa: B023
            stack.append((node, iter(sorted(edges.get(node, ())))))  # noqa: B023

        if start not in done:
            enter(start)
        while stack:
            node, following = stack[-1]
            for successor in following:
                if successor in on_path:
                    yield path[path.index(successor) :]
                elif successor not in done and successor in edges:
                    enter(successor)
                    break
            else:
                stack.pop()
                done.add(node)
                on_path.discard(path.pop())
