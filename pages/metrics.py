"""Metrics: how good is each model, and how sure are we?"""

from crm_ai.app import comparing, controls, frame, judging, results, state, verdicts
from crm_ai.words import _

answer = frame.question(_("How good is it, and how sure are we?"))
run = state.require_run(_("This page will show how good each model is on customers it has not seen, with intervals."))

model = controls.choose_model(run)
frame.answer(answer, verdicts.how_good(run, results.headline(run, model)))
judging.panel(run, model)

comparing.say_whom(run)
comparing.all_metrics(run)
frame.next_question(_("Next: why does it say so?"), "explain")
