#include "tools/lab_live.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "tools/kernel_host.hpp"
#include "tools/lab_host.hpp"
#include "tools/text_file.hpp"
#include "tunstack/device/file_descriptor.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/lab/run_json.hpp"
#include "tunstack/report/bounded_json.hpp"

namespace tunstack {

namespace {

constexpr const char* self = "/proc/self/exe";

/// Memory for what came of it, which whoever runs meanwhile has by the same name; nothing is left of it, however this
/// ends.
FileDescriptor result_memory() {
  FileDescriptor memory(::memfd_create("result", 0));
  if (!memory.is_open())
    throw SystemError("cannot have memory for the result", std::strerror(errno), "end other programs, and try again");
  return memory;
}

std::vector<std::string> command_of(const LabArguments& arguments, const std::string& result) {
  const std::vector<std::string> lab = lab_arguments(arguments);
  std::vector<std::string> command{self, "exec", "--play"};
  command.insert(command.end(), lab.begin(), lab.end());
  command.insert(command.end(), {"--", self, "lab", "conduct", "--result", result});
  command.insert(command.end(), lab.begin() + 1, lab.end());  // there the lab is an argument
  return command;
}

}  // namespace

lab::LabRun run_live(const LabArguments& arguments) {
  const FileDescriptor result = result_memory();
  const std::string path = fmt::format("/proc/self/fd/{}", result.get());
  KernelProgram program(command_of(arguments, path));
  program.wait();
  if (const auto json = parse_object(read_text_file(path))) return lab::run_in(*json);
  const std::string& said = program.text();
  throw SystemError(fmt::format("the lab {} did not run to its end", arguments.lab),
                    said.empty() ? "nothing was said" : said.substr(0, said.find_last_not_of('\n') + 1),
                    "try it by hand: tunstack exec --lab LAB; or without --live");
}

}  // namespace tunstack
