"""Fairness: for whom is it worse?"""

from crm_ai.app import auditing, controls, frame, origins, state
from crm_ai.words import _

answer = frame.question(_("For whom is it worse?"))
run = state.require_run(
    _("With a model, this page will compare what it does to groups of customers, such as women and men."),
    meanwhile=lambda table: origins.before_training(table, answer),
)
model = controls.choose_model(run)
label = controls.choose_answer(run)
auditing.panel(run, model, label, answer)

frame.next_question(_("Next: may it go to work?"), "deploy")
