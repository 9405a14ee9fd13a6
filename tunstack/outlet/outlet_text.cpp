// What is told of an outlet, at once and at the end.
#include <fmt/format.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <cstring>

#include "tunstack/outlet/outlet.hpp"

namespace tunstack {

namespace {

std::string why(const OutletReport& report) {
  if (report.error == 0) return "it takes them too slowly";
  if (report.error == ENXIO) return "nobody reads it";
  if (report.error == EPIPE) return "its reader has gone";
  return std::strerror(report.error);
}

std::string flow_text(const OutletReport& report) {
  if (report.flow == Flow::writing) return fmt::format("tunstack: {} is written again\n", report.name);
  const char* const then =
      report.flow == Flow::failing ? "wait, and are left out where there are too many" : "are left out from here on";
  return fmt::format("tunstack: cannot write {}: {}; {} {}\n", report.name, why(report), report.unit, then);
}

}  // namespace

std::optional<std::string> Outlet::take_news() {
  eventfd_t ignored = 0;
  eventfd_read(news_fd(), &ignored);
  const OutletReport now = report();
  if (now.flow != told_flow_) {
    told_flow_ = now.flow;
    return flow_text(now);
  }
  if (now.left_out == 0 || has_told_of_loss_ || now.flow == Flow::ended) return std::nullopt;
  has_told_of_loss_ = true;
  return fmt::format("tunstack: {} for {} are left out: {}\n", now.unit, now.name, why(now));
}

bool was_refused(const OutletReport& report) {
  return report.left_out != 0 && report.error != 0 && report.error != EPIPE && report.error != ENXIO;
}

std::string loss_text(const OutletReport& report) {
  if (report.left_out == 0) return {};
  return fmt::format("tunstack: {} of {} {} for {} were left out: {}\n", report.left_out,
                     report.left_out + report.written, report.unit, report.name, why(report));
}

}  // namespace tunstack
