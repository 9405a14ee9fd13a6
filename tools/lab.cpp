#include "tools/commands.hpp"

namespace tunstack {

namespace {

constexpr const char* lab_description =
    R"(Networks as files: hosts, routers, links and what happens in them.

Examples:
  tunstack lab list                                   those that are built in
  tunstack lab show pmtud                             one of them, as its file
  tunstack lab run pmtud                              in virtual time, with what it expects
  tunstack exec --lab pmtud tracepath -n server       a command in it
  tunstack lab new > mine.toml                        a file to begin with
  tunstack lab check mine.toml                        what is wrong with it

The form of the files: docs/labs.md.)";

}  // namespace

void add_lab(CLI::App& program, int& exit_status) {
  CLI::App* lab = program.add_subcommand("lab", lab_description);
  lab->require_subcommand(1);
  add_lab_list(*lab);
  add_lab_show(*lab);
  add_lab_new(*lab);
  add_lab_check(*lab, exit_status);
  add_lab_run(*lab, exit_status);
  add_lab_graph(*lab);
  add_lab_path(*lab, exit_status);
  add_lab_schema(*lab);
  add_lab_lockstep(*lab);
  add_lab_conduct(*lab);
}

}  // namespace tunstack
