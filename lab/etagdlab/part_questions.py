# SPDX-License-Identifier: MIT
"""part_questions: the report's section with the questions of an exercise: room
for the answers, the figures of this run by choice, and for teachers the
answers."""
from html import escape

from .pieces import Part
from .rows import Question

SHOWN_MAX = 24                # numbers of packets; the table has all


class Questions(Part):
    def _figures(self, row: Question) -> str:
        numbers = sorted(set(row["packets"]))
        if not numbers or not self.d["exercise"].get("figures"):
            return ""
        text = ", ".join(map(str, numbers[:SHOWN_MAX]))
        text += ", …" if len(numbers) > SHOWN_MAX else ""
        return "<p class=soft>%s</p>" % escape(
            self.w("Look at packets: %s", text))

    def _question(self, row: Question) -> str:
        room = "<div class=room></div>"
        if "answer" in row:
            room = "<p class=answer><b>%s</b> %s</p>" % (
                escape(self.w("Answer:")),
                escape(self.w(row["answer"] or "this run does not tell")))
        return "<li><p>%s</p>%s%s</li>" % (
            escape(self.w(row["text"])), self._figures(row), room)

    def questions(self) -> None:
        told = self.d.get("exercise")
        if told:
            self.section("questions", "Questions", "<h3>%s</h3><ol class="
                         "questions>%s</ol>" % (
                             escape(self.w(told["title"])),
                             "".join(map(self._question,
                                         told["questions"]))))
