// Any lines at the lockstep door of a lab: each is answered, time goes on only, and what is wrong changes nothing.
#include "tunstack/lab/lockstep.hpp"

#include <sstream>

#include "tests/fuzz/sent_packets.hpp"
#include "tunstack/lab/built_in.hpp"
#include "tunstack/lab/lab_reader.hpp"

namespace {

using namespace tunstack;
using namespace tunstack::fuzz;

constexpr std::size_t most_lines = 64;  // time goes there: a line may say 600 hours

lab::LabPlan plan_of(std::string_view name) {
  return lab::plan_lab(lab::read_lab(lab::find_built_in(name)->text).file);
}

/// As many lines as there are answers: all that the door reads before `quit`.
std::string lines_of(std::string_view text, std::size_t& count) {
  std::istringstream in{std::string(text)};
  std::string lines;
  for (std::string line; count < most_lines && std::getline(in, line) && line != "quit";)
    if (!line.empty()) lines += line + "\n", ++count;
  return lines;
}

void check_answers(const std::string& text, std::size_t lines) {
  std::istringstream in(text);
  double last = 0;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string word, door;
    double time = last;
    words >> word;
    if (word == "out") words >> door;
    if (word == "out" || word == "now") words >> time;
    require(word == "out" || word == "now" || word == "error");
    require(!words.fail() && time >= last);
    last = time;
    if (word == "now") --lines;
  }
  require(lines == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const lab::LabPlan ethernet = plan_of("neighbors"), row = plan_of("pmtud");
  if (size == 0) return 0;
  std::size_t count = 0;
  std::istringstream in(lines_of({reinterpret_cast<const char*>(data) + 1, size - 1}, count));
  std::ostringstream out;
  lab::run_lockstep(data[0] % 2 == 0 ? ethernet : row, in, out);
  check_answers(out.str(), count);
  return 0;
}
