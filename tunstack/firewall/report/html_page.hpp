// What is alike in all pages: how they look, and what sorts and filters them.
#pragma once

#include <string_view>

namespace tunstack::firewall {

inline constexpr std::string_view html_style = R"(
:root { color-scheme: light dark; --line: #8884; --bad: #c22; --warn: #a60; --good: #282; }
@media (prefers-color-scheme: dark) { :root { --bad: #f66; --warn: #fb5; --good: #6c6; } }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 80em; padding: 0 1em; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .3em .6em; text-align: left; vertical-align: top; }
th button { all: unset; cursor: pointer; font-weight: bold; }
th button:focus-visible { outline: 2px solid; }
code, .packet { font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
input { font: inherit; margin: 1em 0; padding: .3em .6em; width: 100%; max-width: 30em; }
.fail { color: var(--bad); font-weight: bold; } .warn { color: var(--warn); } .good { color: var(--good); }
details[open] { padding-bottom: .6em; } details h3 { font-size: 1em; margin: .8em 0 .2em; }
ol, ul { margin: .2em 0; padding-left: 1.6em; }
)";

inline constexpr std::string_view html_script = R"(
const body = document.querySelector("tbody"), filter = document.querySelector("#filter");
filter.addEventListener("input", () => {
  const words = filter.value.toLowerCase().split(" ");
  for (const row of body.rows) row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
});
document.querySelectorAll("th button").forEach((button, column) => button.addEventListener("click", () => {
  const head = button.closest("th"), down = head.getAttribute("aria-sort") === "ascending";
  for (const other of document.querySelectorAll("th")) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const key = (row) => row.cells[column].dataset.key ?? row.cells[column].textContent;
  const rows = [...body.rows].sort((a, b) => key(a).localeCompare(key(b), undefined, { numeric: true }));
  body.append(...(down ? rows.reverse() : rows));
}));
)";

}  // namespace tunstack::firewall
