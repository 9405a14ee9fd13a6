// An observer that writes packets into a capture, each with the decision as its comment.
#pragma once

#include <functional>
#include <map>

#include "tunstack/capture/writer.hpp"
#include "tunstack/node/observer.hpp"

namespace tunstack {

enum class Recorded : std::uint8_t { sent, all };

/// As it stands on the link: the packet, or the frame around it.
std::vector<std::uint8_t> octets_on_link(const OutgoingPacket& packet);

class Recorder final : public Observer {
 public:
  /// Says what time it is when an answer leaves; without one it is the time of what it answers.
  using Clock = std::function<Instant()>;

  /// `start`: the time of day of the Instant zero. Frames are written whole. `writer` must outlive the recorder.
  Recorder(CaptureWriter& writer, Recorded recorded, CaptureTime start, Clock clock = {});
  void decided(const Decision& decision) override;
  void originated(const Origination& origination) override;
  void marked(Instant time, const CaptureMark& mark) { writer_.write(start_ + time.time_since_epoch(), mark); }

 private:
  /// The numbers in the capture of the latest packets of the node, so that answers can name them.
  class Numbers {
   public:
    void remember(PacketNumber packet, std::size_t in_capture) { of(packet) = {packet, in_capture}; }
    /// 0 if it is not known, any more.
    std::size_t find(PacketNumber packet) {
      return packet != 0 && of(packet).packet == packet ? of(packet).in_capture : 0;
    }

   private:
    struct Entry {
      PacketNumber packet = 0;
      std::size_t in_capture = 0;
    };
    Entry& of(PacketNumber packet) { return entries_[packet % entries_.size()]; }
    std::vector<Entry> entries_ = std::vector<Entry>(4096);
  };

  const std::string& comment_of(std::string_view verdict, Reason reason);
  void write_arrived(const Decision& decision, const std::string& comment);
  void write_sent(Instant time, std::span<const OutgoingPacket> packets, std::string_view comment,
                  std::string_view relation);
  std::size_t write(Instant time, Direction direction, InterfaceId interface, Bytes octets, std::string_view comment);

  CaptureWriter& writer_;
  Recorded recorded_;
  CaptureTime start_;
  Clock clock_;
  Instant last_ = Instant::min();  // of the packet before: times of a capture do not go back
  Numbers numbers_;
  std::map<std::pair<std::string_view, Reason>, std::string> comments_;  // that were written already
};

}  // namespace tunstack
