"""An exercise has one number. That of the problem set, with which its text begins, goes into its title, small."""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise.nodes import is_exercise_node

SOURCE = re.compile(r"(Problem \d\S*?(?: \([^)]*\))?)\.")


class SourceNumbers(SphinxPostTransform):
    """After exercises are numbered, referred to, and on paper moved."""

    default_priority = 600

    def run(self, **kwargs):
        for exercise in list(self.document.findall(is_exercise_node)):
            title, text = exercise.next_node(nodes.title), exercise.next_node(nodes.paragraph)
            bold = text and text.next_node(nodes.strong)
            found = bold and text.astext().startswith(bold.astext()) and SOURCE.fullmatch(bold.astext())
            if title and found:
                after = bold.next_node(nodes.Text, descend=False, siblings=True)
                bold.parent.remove(bold)
                if after:
                    after.parent.replace(after, nodes.Text(after.lstrip()))
                title += [nodes.Text(" "), nodes.inline("", found[1], classes=["source"])]


def setup(app):
    app.add_post_transform(SourceNumbers)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
