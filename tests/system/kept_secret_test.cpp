// The secret of stable addresses outlives the stack that drew it.
#include <sys/stat.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/system/network.hpp"

namespace tunstack::test::kept_secret_test {
namespace {

using testing::HasSubstr;

class KeptSecret : public SystemTest {
 protected:
  void SetUp() override {
    SystemTest::SetUp();
    before_ = std::getenv("STATE_DIRECTORY");
    directory = before_ + "/kept";
    ::setenv("STATE_DIRECTORY", directory.c_str(), 1);
  }
  void TearDown() override {
    ::setenv("STATE_DIRECTORY", before_.c_str(), 1);
    std::filesystem::remove_all(directory);
  }

  /// A stack that forms its link-local address itself.
  std::unique_ptr<Process> forming(Command arguments = {}) const {
    arguments.insert(arguments.end(), {"192.0.2.2/24", "--tap"});
    return up(arguments);
  }
  /// The link-local address of such a stack, which is then ended; and where its secret comes from.
  std::string link_local(const Command& arguments = {}, const std::string& from = "file") const {
    const auto process = forming(arguments);
    std::string address;
    EXPECT_TRUE(eventually([&] {
      const Outcome told = tunstack({"state", "--json", "--pid", std::to_string(process->pid())});
      const auto state = nlohmann::json::parse(told.out, nullptr, false);
      if (state.is_discarded()) return false;
      EXPECT_EQ(state["interfaces"][0]["stable_secret"], from);
      for (const auto& row : state["addresses"])
        if (row["address"].get<std::string>().starts_with("fe80:")) address = row["address"];
      return !address.empty();
    })) << "no link-local address";
    process->signal(SIGTERM);
    process->wait();
    return address;
  }

  std::string directory;

 private:
  std::string before_;
};

TEST_F(KeptSecret, SLAAC_009_addresses_stay_from_one_start_to_the_next) {
  const std::string first = link_local();
  EXPECT_EQ(link_local(), first);
  struct stat status{};
  ASSERT_EQ(::stat((directory + "/secret").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U) << "for nobody else";
  std::filesystem::remove_all(directory);
  EXPECT_NE(link_local(), first) << "another machine";
}

TEST_F(KeptSecret, SLAAC_009_a_seed_or_a_chosen_secret_needs_no_file) {
  EXPECT_EQ(link_local({"--seed", "7"}, "seed"), link_local({"--seed", "7"}, "seed"));
  link_local({"--set", "slaac.secret=words"}, "option");
  EXPECT_FALSE(std::filesystem::exists(directory));
}

TEST_F(KeptSecret, what_cannot_be_kept_is_told_and_the_stack_runs) {
  std::filesystem::create_directories(directory + "/secret");
  const auto process = forming();
  EXPECT_THAT(process->err(), HasSubstr("stable IPv6 addresses will be others at the next start"));
  EXPECT_TRUE(answers("192.0.2.2"));
}

TEST_F(KeptSecret, a_file_of_something_else_is_not_touched) {
  std::filesystem::create_directories(directory);
  std::ofstream(directory + "/secret") << "not what it should be at all, but long enough";
  const auto process = forming();
  EXPECT_THAT(process->err(), HasSubstr("it does not hold 32 hexadecimal digits"));
  std::string kept;
  std::getline(std::ifstream(directory + "/secret"), kept);
  EXPECT_THAT(kept, HasSubstr("not what it should be"));
}

}  // namespace
}  // namespace tunstack::test::kept_secret_test
