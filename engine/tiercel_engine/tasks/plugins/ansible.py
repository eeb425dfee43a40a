"""Commands of Ansible."""

from __future__ import annotations

from typing import ClassVar

from tiercel_engine.tasks.api import TaskContext, TaskResult, task_type
from tiercel_engine.tasks.plugins.command_lines import SHELL, rendered_commands, run_commands
from tiercel_engine.tasks.properties import flag, text
from tiercel_engine.tasks.scripts.languages import Language
from tiercel_engine.tasks.working_files import store_file

_LOG = "log"
_REQUIREMENTS = (
    ("autoInstallPythonRequirements", "requirements.txt", "pip install -r requirements.txt"),
    ("autoInstallGalaxyRequirements", "requirements.yml", "ansible-galaxy install -r requirements.yml"),
)


@task_type("io.kestra.plugin.ansible.cli.AnsibleCLI")
class AnsibleCLI:
    """Runs the lines of `commands` in one shell, with `ansibleConfig` as the configuration."""

    language: ClassVar[Language] = SHELL

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `vars`, `exitCode`, `outputFiles`; raises `TaskFailure` when a command fails."""
        directory = await context.working_directory()
        context = context.extended({"workingDir": str(directory)})
        environment = {"ANSIBLE_LOCALHOST_WARNING": "false", "PY_COLORS": "0", "ANSIBLE_NOCOLOR": "1"}
        config = await text(context, "ansibleConfig")
        if config is not None:
            (directory / "ansible.cfg").write_text(config, encoding="utf-8")
            environment["ANSIBLE_CONFIG"] = str(directory / "ansible.cfg")
        keeps_log = await flag(context, "outputLogFile", default=False)
        if keeps_log:
            environment["ANSIBLE_LOG_PATH"] = str(directory / _LOG)
        commands = [
            f"if [ -f {name} ]; then {command}; fi"
            for option, name, command in _REQUIREMENTS
            if await flag(context, option, default=True)
        ]
        commands += await rendered_commands(context)
        result = await run_commands(context, "cytopia/ansible:latest-tools", commands, environment)
        if not keeps_log or not (directory / _LOG).is_file():
            return result
        files = {**result.outputs.get("outputFiles", {}), _LOG: await store_file(context, directory / _LOG, _LOG)}
        return TaskResult({**result.outputs, "outputFiles": files}, result.state)
