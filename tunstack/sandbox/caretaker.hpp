// The process that takes back what a stack changed, also when the stack is killed: it sets the links up for the
// stack, gives them back what the kernel drops whenever they go down, waits for the stack's end, and then restores
// persistent links, removes the control socket and the file with the number of the process, and cuts off what a stack
// that was killed in the middle of it has written of a record. It has the rights for that and no others, hears nothing
// from the stack but which files that are and its end, and never sees a packet.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tunstack/control/control_socket.hpp"
#include "tunstack/device/file_descriptor.hpp"
#include "tunstack/kernel_link/kernel_link_plan.hpp"

namespace tunstack {

struct LinkDuty {
  LinkPlan plan;              // what is to be set up
  bool device_stays = false;  // after the stack, so that all is to be taken back
};

struct Duties {
  StackName stack;                   // whose socket is to be removed
  std::vector<LinkDuty> links = {};  // those that are not left alone
  std::string pid_file = {};         // to be removed; a path from the root
  bool sandboxed = true;
};

class Caretaker {
 public:
  /// Starts it and returns when the links are set up. Not for a process with several threads. Throws SystemError.
  explicit Caretaker(const Duties& duties);
  /// Has it take all back, and waits for that.
  ~Caretaker();
  /// At the end of the stack the file of this descriptor is to end where the position of the descriptor is, if it is
  /// longer (OutputFile::whole_fd). Of a few files.
  void keep_whole(int file);
  Caretaker(const Caretaker&) = delete;
  Caretaker& operator=(const Caretaker&) = delete;

 private:
  void await_links();

  FileDescriptor stack_end_;  // open as long as the stack lives
  pid_t process_ = -1;
};

}  // namespace tunstack
