"""``impellab wean``: from full support to the explant, one patient or a cohort."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.runs import (
    RUNS,
    JsonOption,
    ResultsOption,
    RunsOption,
    SeedOption,
    emit,
    number,
    path_text,
    print_table,
    progress,
    run_command_of,
    say,
)

_POLICY, _INDICATIONS = "model-based", ("shock", "high-risk-pci")


def command(
    patient: Annotated[
        str | None,
        typer.Option(help="Name or TOML file of the profile about which the patient is drawn."),
    ] = None,
    cohort: Annotated[
        int | None, typer.Option(help="Number of patients of a study, from --seed on.")
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(help="Folder of an interrupted study to go on with.")
    ] = None,
    case: Annotated[
        str, typer.Option(help="What becomes of the patient; the seed decides without it.")
    ] = "",
    policy: Annotated[
        list[str] | None,
        typer.Option(
            help=f"Step policy, or policy:FOLDER; a cohort takes several. [default: {_POLICY}]"
        ),
    ] = None,
    device: Annotated[str, typer.Option(help="Name of a left pump.")] = "CP",
    tier: Annotated[str, typer.Option(help="Sensors: console, icu or full.")] = "icu",
    events: Annotated[
        str, typer.Option(help="Events besides those of the case: a preset of hours.")
    ] = "none",
    onset: Annotated[float | None, typer.Option(help="When these begin [h].")] = None,
    indication: Annotated[str, typer.Option(help="shock or high-risk-pci.")] = "shock",
    controller: Annotated[
        str | None, typer.Option(help="High-risk PCI: a controller of the speed between steps.")
    ] = None,
    reflex: Annotated[
        bool, typer.Option("--reflex/--no-reflex", help="Whether the patient's baroreflex works.")
    ] = True,
    evaluation: Annotated[
        bool, typer.Option("--evaluation", help="Seeds that are kept for evaluation.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(help="Cohort: processes; by default one for each core.")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(help="Cohort: address of a Dask scheduler to run on instead.")
    ] = None,
    seed: SeedOption = 0,
    results: ResultsOption = False,
    runs: RunsOption = RUNS,
    as_json: JsonOption = False,
) -> int:
    """Wean a patient from the pump, or study policies on a cohort."""
    from plants import InputError, unknown_name
    from plants.quantities import MISSING

    if indication not in _INDICATIONS:
        raise unknown_name("indication", indication, _INDICATIONS)
    chosen = {"patient": patient, "cohort": cohort, "resume": resume}
    given = [name for name, value in chosen.items() if value is not None]
    if len(given) != 1:
        allowed = "exactly one of --patient, --cohort and --resume"
        raise InputError("patient", " and ".join(f"--{name}" for name in given) or MISSING, allowed)
    settings: dict[str, Any]
    pci = indication == "high-risk-pci"
    # What an option is for; given elsewhere it would be left unheard.
    only: list[tuple[str, Any, Any, bool, str]] = [
        ("indication", indication, "shock", patient is not None, "shock without a --patient"),
        ("events", events, "none", patient is not None and not pci, "--patient in shock only"),
        ("onset", onset, None, events != "none", "--events, whose begin it is"),
        ("controller", controller, None, pci, "--indication high-risk-pci only"),
        ("workers", workers, None, patient is None, "--cohort or --resume only"),
        ("cluster", cluster, None, patient is None, "--cohort or --resume only"),
        ("results", results, False, patient is None, "--cohort or --resume only"),
        ("evaluation", evaluation, False, resume is None and not pci, "a patient or a cohort"),
        ("reflex", reflex, True, resume is None and not pci, "a patient in shock or a cohort"),
        ("case", case, "", resume is None and not pci, "a patient in shock or a cohort"),
        ("policy", policy, None, resume is None and not pci, "a patient in shock or a cohort"),
        ("device", device, "CP", resume is None, "a patient or a cohort"),
        ("tier", tier, "icu", resume is None, "a patient or a cohort"),
        ("seed", seed, 0, resume is None, "a patient or a cohort"),
    ]
    for name, value, default, fits, allowed in only:
        if value != default and not fits:
            raise InputError(name, value, allowed)
    if pci:
        settings = {"device": device, "controller": controller, "tier": tier, "seed": seed}
        return _intervention({"patient": patient} | settings, runs, as_json)
    if patient is not None:
        policies = policy or [_POLICY]
        if len(policies) > 1:
            raise InputError("policy", ", ".join(policies), "one policy for one patient")
        return _wean_patient(
            {
                "seed": seed,
                "policy": policies[0],
                "case": case,
                "phenotype": patient,
                "device": device,
                "tier": tier,
                "events": events,
                "onset": onset,
                "reflex": reflex,
                "evaluation": evaluation,
            },
            runs,
            as_json,
        )
    from experiments.weaning.study import STUDY

    settings = {}
    if cohort is not None:
        settings = {
            "patients": cohort,
            "first_seed": seed,
            "device": device,
            "tier": tier,
            "evaluation": evaluation,
            "case": case,
            "reflex": reflex,
        }
        if policy:
            settings["policies"] = tuple(policy)
    return run_command_of(
        STUDY,
        settings,
        workers=workers,
        cluster=cluster,
        resume=resume,
        results=results,
        runs=runs,
        as_json=as_json,
    )


def _wean_patient(settings: dict[str, Any], runs: Path, as_json: bool) -> int:
    """One course; any outcome is a result."""
    from experiments.weaning.course import (
        WeaningTrial,
        finding_rows,
        live,
        main_decision_rows,
        outcome_rows,
        wean,
    )

    trial = WeaningTrial(**settings)
    with live() as watch:
        weaned = wean(trial, runs=runs, watch=watch)
    if as_json:
        emit(weaned.document())
        return 0
    # As text, so that words and numbers stand at the left.
    rows = [(what, number(value), unit) for what, value, unit in outcome_rows(weaned.course)]
    print_table(weaned.title, ("what", "value", "unit"), rows)
    findings = finding_rows(weaned.course)
    if findings:
        print_table("recognised and happened", ("what", "time [h]", "kind"), findings)
    columns = ("no.", "time [h]", "level", "decision", "why")
    print_table("decisions", columns, main_decision_rows(weaned.course))
    say(f"figure, data and report: {path_text(weaned.folder)}")
    return 0


def _intervention(settings: dict[str, Any], runs: Path, as_json: bool) -> int:
    """A high-risk coronary intervention under support."""
    from experiments.weaning.pci import PciTrial, decision_rows, outcome_rows, record_pci

    trial = PciTrial(**settings)
    with progress(f"{trial.patient} on {trial.device}", 1.0) as done:
        intervention = record_pci(trial, runs=runs, progress=done)
    if as_json:
        emit(intervention.document())
        return 0
    columns = ("measure", "supported", "unsupported", "unit")
    print_table(intervention.title, columns, outcome_rows(intervention.course))
    columns = ("time [min]", "level", "decision", "why")
    print_table("decisions", columns, decision_rows(intervention.course))
    say(f"figure, data and report: {path_text(intervention.folder)}")
    return 0
