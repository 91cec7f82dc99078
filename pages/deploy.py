"""Deploy: may it go to work, and how is it doing there?"""

from crm_ai.app import deployed, frame, signing_in, tabbed
from crm_ai.words import _

answer = frame.question(_("May it go to work, and how is it doing there?"))
desk = deployed.require_desk(
    _("This page will let you approve a model, put it to work on new customers and watch it there."),
    signing_in.person(),
)
from crm_ai.app import at_work, candidates, decided, scoring  # noqa: E402

desk = deployed.choose(desk)
frame.answer(answer, deployed.in_a_sentence(desk))
signing_in.say_who(desk.person)

labels = {
    "decide": _("May it go to work?"),
    "score": _("Score new customers"),
    "watch": _("How is it doing?"),
    "log": _("What was decided?"),
}
panels = {"decide": candidates.panel, "score": scoring.panel, "watch": at_work.panel, "log": decided.panel}
for word, tab in tabbed.tabs("deploy", labels).items():
    with tab:
        panels[word](desk)
frame.next_question(_("Next: what do I tell the others?"), "report")
