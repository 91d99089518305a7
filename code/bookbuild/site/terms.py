"""The role `{dfn}`: marks where a term is defined, as in {dfn}`variance schedule`; the index says it with main entries.

Another form than the one that is read stands in angle brackets: {dfn}`marginals <marginal>`.
"""

from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import ReferenceRole


class Define(ReferenceRole):
    def run(self):
        place = nodes.make_id(f"term-{self.target}")
        index = addnodes.index(entries=[("single", self.target, place, "main", None)])
        term = nodes.strong(self.rawtext, self.title, ids=[place], classes=["dfn"])
        self.set_source_info(index)
        self.set_source_info(term)
        return [index, term], []


def setup(app):
    app.add_role("dfn", Define(), override=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
