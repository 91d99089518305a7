r"""The algorithms of Ho et al. (2020), and a table of them beside the code that is them.

A line of code that ends with `# n` belongs to line n of the algorithm. The table is made from the source of functions
that run, so it cannot differ from them.
"""

import inspect
import re
from collections.abc import Callable, Sequence

from IPython.display import Markdown, display

TRAINING = (
    "repeat",
    r"$x_0 \sim q(x_0)$",
    r"$t \sim$ uniform on $1, \dots, T$",
    r"$\epsilon \sim \mathcal N(0, I)$",
    r"a gradient step on $\lVert \epsilon - \epsilon_\theta(x_t, t) \rVert^2$, "
    r"$x_t = \sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\, \epsilon$",
    "until converged",
)
SAMPLING = (
    r"$x_T \sim \mathcal N(0, I)$",
    r"for $t = T, \dots, 1$",
    r"$z \sim \mathcal N(0, I)$ if $t > 1$, else $z = 0$",
    r"$x_{t-1} = \frac{1}{\sqrt{\alpha_t}} \bigl( x_t "
    r"- \frac{\beta_t}{\sqrt{1 - \bar\alpha_t}}\, \epsilon_\theta(x_t, t) \bigr)$ ${} + \sigma_t z$",
    "end of the loop",
    "return $x_0$",
)
MARKED = re.compile(r"^(?P<code>.*?\S)\s+# (?P<numbers>\d+(?:, \d+)*)$")


def lines_of_code(functions: Sequence[Callable]) -> dict[int, list[str]]:
    """The marked lines of the functions' sources by the line of the algorithm, in order, without their indentation."""
    found = {}
    for function in functions:
        for line in inspect.getsource(inspect.unwrap(function)).splitlines():
            if match := MARKED.match(line):
                for number in match["numbers"].split(", "):
                    found.setdefault(int(number), []).append(match["code"].strip())
    return found


def beside(algorithm: Sequence[str], *functions: Callable) -> None:
    """Show the lines of an algorithm beside the marked lines of code.

    Raises:
        ValueError: a line of the algorithm has no code, or code has a number that the algorithm has not.
    """
    code = lines_of_code(functions)
    if missing := set(range(1, len(algorithm) + 1)) ^ set(code):
        raise ValueError(f"the algorithm has lines 1 to {len(algorithm)}; without a partner: {sorted(missing)}")
    rows = ["| line | in the paper | in code |", "| --- | --- | --- |"]
    for number, text in enumerate(algorithm, start=1):
        first, *rest = code[number]
        rows += [f"| {number} | {text} | `{first}` |", *(f"|  |  | `{line}` |" for line in rest)]
    display(Markdown("\n".join(rows)))
