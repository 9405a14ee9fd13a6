// An observer that writes packets into a capture, each with the decision as its comment.
#pragma once

#include "tunstack/capture/writer.hpp"
#include "tunstack/node/observer.hpp"

namespace tunstack {

enum class Recorded : std::uint8_t { sent, all };

class Recorder final : public Observer {
 public:
  /// `start`: the time of day of the Instant zero. Frames are written whole. `writer` must outlive the recorder.
  Recorder(CaptureWriter& writer, Recorded recorded, CaptureTime start)
      : writer_(writer), recorded_(recorded), start_(start) {}
  void decided(const Decision& decision) override;
  void originated(const Origination& origination) override;

 private:
  void write_sent(CaptureTime time, const OutgoingPacket& packet, const std::string& comment);

  CaptureWriter& writer_;
  Recorded recorded_;
  CaptureTime start_;
};

}  // namespace tunstack
