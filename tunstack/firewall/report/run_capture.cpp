#include "tunstack/firewall/report/run_capture.hpp"

#include <fmt/format.h>

#include "tunstack/capture/writer.hpp"
#include "tunstack/firewall/enum_names.hpp"
#include "tunstack/firewall/report/plain_text.hpp"
#include "tunstack/firewall/report/wording.hpp"

namespace tunstack::firewall {

namespace {

CaptureInterface interface_of(Side side) {
  CaptureInterface interface;
  interface.name = side_name(side);
  return interface;
}

class RunCapture {
 public:
  explicit RunCapture(const std::string& path)
      : writer_(path, {.type = LinkType::raw_ip,
                       .interfaces = {interface_of(Side::outside), interface_of(Side::inside)},
                       .origin = {}}) {}

  void write(const Run& run, const CaseRun& one) {
    time_ = std::chrono::seconds(++cases_);
    const std::string head = fmt::format("{} {}", one.a_case.id, one.a_case.title);
    const std::string told =
        fmt::format("{}: {} ({})", head, verdict_and_decider(run, one), result_name(one.judgement.result));
    for (const Injection& injection : one.observation.injections)
      write(injection.side, Direction::in, injection.octets, told);
    for (const Reaction& reaction : one.observation.reactions)
      write(reaction.side, Direction::out, reaction.octets, head + ": came of it");
  }

  void finish() { writer_.finish(); }

 private:
  void write(Side side, Direction direction, Bytes packet, const std::string& comment) {
    writer_.write(time_, direction, packet, harmless(comment), static_cast<InterfaceId>(side));
    time_ += std::chrono::microseconds(1);
  }

  CaptureWriter writer_;
  CaptureTime time_{};
  unsigned cases_ = 0;
};

}  // namespace

void write_capture(const Run& run, const std::string& path) {
  RunCapture capture(path);
  for (const CaseRun& one : run.cases) capture.write(run, one);
  capture.finish();
}

}  // namespace tunstack::firewall
