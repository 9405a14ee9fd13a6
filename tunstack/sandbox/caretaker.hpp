// The process that takes back what a stack changed, also when the stack is killed: it sets the link up for the stack,
// gives it back what the kernel drops whenever it goes down, waits for the stack's end, and then restores a persistent
// link, removes the control socket and the file with the number of the process, and cuts off what a stack that was
// killed in the middle of it has written of a record. It has the rights for that and no others, hears nothing from the
// stack but which files that are and its end, and never sees a packet.
#pragma once

#include <sys/types.h>

#include <optional>

#include "tunstack/control/control_socket.hpp"
#include "tunstack/device/file_descriptor.hpp"
#include "tunstack/kernel_link/kernel_link_plan.hpp"

namespace tunstack {

struct Duties {
  StackName stack;               // whose socket is to be removed
  std::optional<LinkPlan> link;  // what is to be set up; nothing where the link is left alone
  bool device_stays = false;     // after the stack, so that all is to be taken back
  std::string pid_file = {};     // to be removed; a path from the root
  bool sandboxed = true;
};

class Caretaker {
 public:
  /// Starts it and returns when the link is set up. Not for a process with several threads. Throws SystemError.
  explicit Caretaker(const Duties& duties);
  /// Has it take all back, and waits for that.
  ~Caretaker();
  /// At the end of the stack the file of this descriptor is to end where the position of the descriptor is, if it is
  /// longer (OutputFile::whole_fd). Of a few files.
  void keep_whole(int file);
  Caretaker(const Caretaker&) = delete;
  Caretaker& operator=(const Caretaker&) = delete;

 private:
  void await_link();

  FileDescriptor stack_end_;  // open as long as the stack lives
  pid_t process_ = -1;
};

}  // namespace tunstack
