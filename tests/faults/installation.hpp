// SPDX-License-Identifier: Apache-2.0
// A copy of the installed programs, of which some may be spoilt.
#pragma once

#include <filesystem>
#include <string>

namespace pipeline::test {

class Installation {
  public:
    explicit Installation(const std::filesystem::path& folder) : folder_(folder) {
        std::filesystem::create_directories(folder);
        const auto build = std::filesystem::path(SUPERVISOR_PROGRAM).parent_path().parent_path();
        for (const std::string program : {"supervisor", "producer", "consumer"})
            std::filesystem::copy_file(build / program / program, folder / program);
    }
    [[nodiscard]] std::filesystem::path operator/(const std::string& program) const {
        return folder_ / program;
    }

  private:
    std::filesystem::path folder_;
};

}  // namespace pipeline::test
