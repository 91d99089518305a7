"""The roles `{choose}` and `{number}`: what a reader answers in a box with the title *Predict*.

{choose}`the first | the second | neither` takes one of these, {number}`standard errors` a number of them; both stand in
the text behind their question, and an option may hold formulas. On the site `book/_static/predict.js` makes fields of
them, which are kept in the browser and set beside the result; on paper and in notebooks they are boxes to tick.
"""

from docutils import nodes
from sphinx.util.docutils import SphinxRole

TICK, LINE = "☐", "_____"


class Choose(SphinxRole):
    def run(self):
        options = [option.strip() for option in self.text.split("|")]
        if len(options) < 2 or not all(options):
            message = self.inliner.reporter.error(
                f"a choice is between two or more, as in {{choose}}`yes | no`: {self.rawtext}", line=self.lineno
            )
            return [], [message]
        choices = nodes.inline(self.rawtext, "", classes=["choose"])
        for option in options:
            words, _ = self.inliner.parse(option, self.lineno, self.inliner, choices)
            choices += [nodes.Text(" "), nodes.inline("", f"{TICK}\u00a0", *words, classes=["option"])]
        choices.pop(0)
        return [choices], []


class Number(SphinxRole):
    def run(self):
        words, _ = self.inliner.parse(self.text.strip(), self.lineno, self.inliner, None)
        return [nodes.inline(self.rawtext, f"{LINE}\u00a0", *words, classes=["number"])], []


def setup(app):
    app.add_role("choose", Choose())
    app.add_role("number", Number())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
