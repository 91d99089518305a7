"""The role `{play}`: a link that opens the playground with a state, as in {play}`with 8 steps <data=eight&steps=8>`.

What a state may say stands in `book/_static/playground/controls.js`. On paper and in notebooks the link leads to the
page alone.
"""

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import ReferenceRole

PAGE = "/book/playground"


class Play(ReferenceRole):
    def run(self):
        link = addnodes.pending_xref(
            "",
            nodes.inline("", self.title),
            refdomain="std",
            reftype="doc",
            reftarget=PAGE,
            refexplicit=True,
            refwarn=True,
            refdoc=self.env.docname,
        )
        self.set_source_info(link)
        return [nodes.inline("", "", link, play=self.target)], []


class WithState(SphinxPostTransform):
    default_priority = 20  # once links are resolved, at 10
    formats = ("html",)

    def run(self, **kwargs):
        for node in self.document.findall(nodes.inline):
            if "play" in node:
                for link in node.findall(nodes.reference):
                    link["refuri"] += f"#{node['play']}"


def setup(app):
    app.add_role("play", Play())
    app.add_post_transform(WithState)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
