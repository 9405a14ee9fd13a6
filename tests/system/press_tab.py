"""What an interactive shell makes of a line when Tab is pressed: press_tab.py SHELL FILE LINE...

FILE is sourced; each LINE is typed, then Tab, then a key that prints what stands there now. Prints that, line by line.
"""
import os
import pty
import re
import sys
import tempfile

SHELLS = {
    "bash": (["bash", "--noprofile", "--rcfile"], r"""
bind 'set bell-style none'; bind 'set enable-bracketed-paste off'
show() { printf '[[%s]]' "$READLINE_LINE"; READLINE_LINE=; }
bind -x '"\C-g": show'
"""),
    "zsh": (["zsh", "-d", "-i"], r"""
autoload -Uz compinit; compinit -D -u; unsetopt BEEP PROMPT_SP
show() { print -rn -- "[[$BUFFER]]"; BUFFER= }
zle -N show; bindkey '^G' show
"""),
}


def read_until(terminal, pattern):
    """What `pattern` finds. Ends with the terminal, and this program with the test, if it never comes."""
    text = ""
    while not (found := re.search(pattern, text, re.DOTALL)):
        text += os.read(terminal, 4096).decode(errors="replace")
    return found


def main(shell, file, lines):
    command, preparation = SHELLS[shell]
    with tempfile.TemporaryDirectory() as home:
        with open(f"{home}/.{shell}rc", "w") as start:
            start.write(f"{preparation}source {file}\nPS1='READY> '\n")
        if shell == "bash":
            command = [*command, f"{home}/.bashrc"]
        child, terminal = pty.fork()
        if child == 0:
            os.execvpe(command[0], command, {**os.environ, "TERM": "dumb", "ZDOTDIR": home, "COLUMNS": "200"})
        for line in lines:
            read_until(terminal, "READY> ")
            os.write(terminal, f"{line}\t\x07".encode())
            print(read_until(terminal, r"\[\[(.*?)\]\]")[1])
            os.write(terminal, b"\n")
        os.write(terminal, b"exit\n")
        os.close(terminal)
        os.waitpid(child, 0)


main(sys.argv[1], sys.argv[2], sys.argv[3:])
