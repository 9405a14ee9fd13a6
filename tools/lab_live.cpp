#include "tools/lab_live.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
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

/// Empty, with a name of its own; it goes with this.
class TemporaryFile {
 public:
  TemporaryFile() : path_((std::filesystem::temp_directory_path() / "tunstack-lab.XXXXXX").string()) {
    const FileDescriptor made(::mkstemp(path_.data()));
    if (!made.is_open())
      throw SystemError(fmt::format("cannot make {}", path_), "the directory cannot be written",
                        "set TMPDIR to another");
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { ::unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

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
  const TemporaryFile result;
  KernelProgram program(command_of(arguments, result.path()));
  program.wait();
  if (const auto json = parse_object(read_text_file(result.path()))) return lab::run_in(*json);
  const std::string& said = program.text();
  throw SystemError(fmt::format("the lab {} did not run to its end", arguments.lab),
                    said.empty() ? "nothing was said" : said.substr(0, said.find_last_not_of('\n') + 1),
                    "try it by hand: tunstack exec --lab LAB; or without --live");
}

}  // namespace tunstack
