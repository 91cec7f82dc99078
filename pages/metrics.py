"""Metrics: how good is each model, and how sure are we?"""

from crm_ai.app import cards, controls, frame, results, state
from crm_ai.words import _

answer = frame.question(_("How good is it, and how sure are we?"))
run = state.require_run(_("This page will show how good each model is on customers it has not seen, with intervals."))
from crm_ai.app import comparing, judging, verdicts  # noqa: E402  # they need what training has loaded anyway

model = controls.choose_model(run)
judged = results.headline(run, model)
frame.answer(answer, verdicts.how_good(run, judged))
cards.of_metrics(judged, verdicts.HEADLINE[run.problem.task])
comparing.say_whom(run)

judging.panel(run, model)

comparing.all_metrics(run)
frame.next_question(_("Next: why does it say so?"), "explain")
