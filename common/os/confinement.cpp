// SPDX-License-Identifier: Apache-2.0
#include "common/os/confinement.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <string>
#include <system_error>

#include "common/base/error.hpp"

namespace pipeline {
namespace {

namespace fs = std::filesystem;

// The constants of linux/landlock.h. The header of the oldest system that we build on lacks the newer ones.
namespace landlock {
constexpr std::uint64_t kWriteFile = 1U << 1U, kReadFile = 1U << 2U, kReadDirectory = 1U << 3U;
constexpr std::uint64_t kRemoveAndMake = 0x1ff0;  // remove folders and files, make files of all seven kinds
constexpr std::uint64_t kRefer = 1U << 13U;       // link and rename between folders; since Landlock version 2
constexpr std::uint64_t kTruncate = 1U << 14U;    // since version 3
constexpr std::uint64_t kOfFiles = kWriteFile | kReadFile | kTruncate;
constexpr std::uint64_t kBindTcp = 1U << 0U, kConnectTcp = 1U << 1U;           // since version 4
constexpr std::uint64_t kAbstractSockets = 1U << 0U, kSignals = 1U << 1U;      // since version 6
constexpr int kVersionOfRefer = 2, kVersionOfTruncate = 3, kVersionOfTcp = 4;  // Linux 5.19, 6.2, 6.7
constexpr int kVersionOfScopes = 6;                                            // Linux 6.12
constexpr unsigned kAskVersion = 1;
constexpr int kBeneathPath = 1;

struct RuleSet {
    std::uint64_t files, tcp, scopes;
};
struct [[gnu::packed]] BeneathPath {
    std::uint64_t allowed;
    std::int32_t folder_fd;
};
}  // namespace landlock

std::uint64_t rights_of_writers(int version) noexcept {
    using namespace landlock;
    return kWriteFile | kRemoveAndMake | (version >= kVersionOfRefer ? kRefer : 0) |
           (version >= kVersionOfTruncate ? kTruncate : 0);
}

bool is_below(const fs::path& path, const fs::path& folder) {
    const auto [at, end] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
    return at == folder.end();
}

// True if the program must not use `path`: it is in `closed`, lies in a folder of `closed`, or is the
// companion ("FILE-...") of a file FILE in `closed`.
bool is_closed(const fs::path& path, const std::vector<fs::path>& closed) {
    return std::any_of(closed.begin(), closed.end(), [&](const fs::path& each) {
        const std::string companion = each.filename().string() + "-";
        return is_below(path, each) || (path.parent_path() == each.parent_path() &&
                                        path.filename().string().rfind(companion, 0) == 0);
    });
}

std::vector<fs::path> without_links(const std::vector<fs::path>& paths) {
    std::vector<fs::path> real;
    real.reserve(paths.size());
    for (const auto& path : paths) real.push_back(fs::weakly_canonical(fs::absolute(path)));
    return real;
}

std::string reason_of(int error) {
    switch (error) {
        case ENOSYS:
            return "Linux before 5.13, or built without it";
        case EOPNOTSUPP:
            return "not among the security modules of the boot line: lsm=landlock,...";
        default:
            return std::error_code(error, std::generic_category()).message() +
                   ": a filter of system calls forbids it";
    }
}

void add_rule(int rule_set, const ConfinementRule& rule, std::uint64_t handled) {
    const UniqueFd fd(::open(rule.path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0) return;  // the file has gone
    std::uint64_t allowed = handled;
    if (!rule.may_write) allowed &= landlock::kReadFile | landlock::kReadDirectory;
    if (!S_ISDIR(status.st_mode)) allowed &= landlock::kOfFiles;
    const landlock::BeneathPath beneath{allowed, fd.get()};
    if (allowed != 0 &&
        ::syscall(SYS_landlock_add_rule, rule_set, landlock::kBeneathPath, &beneath, 0) != 0) {
        throw system_failure(ExitStatus::InputOutput, "landlock_add_rule for", rule.path.string(), errno);
    }
}

}  // namespace

std::vector<ConfinementRule> confinement_rules(const ConfinementPlan& plan) {
    const std::vector<fs::path> closed = without_links(plan.closed);
    std::set<fs::path> ways;
    for (const auto& path : closed) {
        for (fs::path at = path; at.has_relative_path();) ways.insert(at = at.parent_path());
    }
    std::vector<ConfinementRule> rules;
    for (const auto& folder : ways) {
        if (is_closed(folder, closed)) continue;
        std::error_code error;
        for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
             entry.increment(error)) {
            const fs::path& path = entry->path();
            std::error_code ignored;
            if (entry->is_symlink(ignored) || ways.contains(path) || is_closed(path, closed)) continue;
            rules.push_back({path, plan.may_write && path != "/proc"});
        }
    }
    return rules;
}

int landlock_version() noexcept {
    return std::max(0, static_cast<int>(::syscall(SYS_landlock_create_ruleset, nullptr, std::size_t{0},
                                                  landlock::kAskVersion)));
}

UniqueFd make_rule_set(const ConfinementPlan& plan) {
    const int version = landlock_version();
    if (version == 0) {
        throw Failure(ExitStatus::Configuration, fmt::format("landlock(7) is missing: {}", reason_of(errno)));
    }
    landlock::RuleSet handled{landlock::kReadFile | rights_of_writers(version), 0, 0};
    if (version >= landlock::kVersionOfTcp && !plan.may_write)
        handled.tcp = landlock::kBindTcp | landlock::kConnectTcp;
    if (version >= landlock::kVersionOfScopes) {
        handled.scopes = landlock::kSignals | (plan.may_write ? 0 : landlock::kAbstractSockets);
    }
    UniqueFd rule_set(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0)));
    if (!rule_set) throw system_failure(ExitStatus::InputOutput, "landlock_create_ruleset", "", errno);
    for (const auto& rule : confinement_rules(plan)) add_rule(rule_set.get(), rule, handled.files);
    return rule_set;
}

bool enter_confinement(int rule_set) noexcept {
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::syscall(SYS_landlock_restrict_self, rule_set, 0) == 0;
}

}  // namespace pipeline
