// The subcommands. Each adds itself to the program; its callback stores the exit status.
#pragma once

#include <CLI/CLI.hpp>

namespace tunstack {

void add_up(CLI::App& program, int& exit_status);
/// `command` is what stood behind "--".
void add_exec(CLI::App& program, const std::vector<std::string>& command, int& exit_status);
void add_replay(CLI::App& program, int& exit_status);
void add_state(CLI::App& program);
void add_watch(CLI::App& program);
void add_get(CLI::App& program);
void add_set(CLI::App& program);
void add_send(CLI::App& program, int& exit_status);
void add_why(CLI::App& program);
void add_firewall(CLI::App& program, int& exit_status);
void add_lab(CLI::App& program, int& exit_status);
void add_rules(CLI::App& program);
void add_options(CLI::App& program);
void add_doctor(CLI::App& program, int& exit_status);
void add_help(CLI::App& program);
void add_version(CLI::App& program);
void add_completion(CLI::App& program);
void add_manual(CLI::App& program);

// Commands of commands.
void add_firewall_test(CLI::App& firewall, int& exit_status);
void add_firewall_list(CLI::App& firewall);
void add_firewall_diff(CLI::App& firewall, int& exit_status);
void add_lab_list(CLI::App& lab);
void add_lab_show(CLI::App& lab);
void add_lab_new(CLI::App& lab);
void add_lab_check(CLI::App& lab, int& exit_status);
void add_lab_graph(CLI::App& lab);
void add_lab_path(CLI::App& lab, int& exit_status);
void add_lab_schema(CLI::App& lab);
void add_lab_run(CLI::App& lab, int& exit_status);
void add_lab_lockstep(CLI::App& lab);
void add_lab_conduct(CLI::App& lab);
/// ping and traceroute, in labs.
void add_clients(CLI::App& program, int& exit_status);

void print_help(const CLI::App& command);
/// Of those right behind `above`. Throws UsageFault, with the name that may have been meant.
const CLI::App& find_command(const CLI::App& above, const std::string& name);

}  // namespace tunstack
