// SPDX-License-Identifier: Apache-2.0
#include "supervisor/preflight/looked_at_ledger.hpp"

#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "common/base/error.hpp"
#include "common/ledger/open/open_ledger.hpp"

namespace pipeline {
namespace {

class LookedAtLedger final : public Ledger {
  public:
    explicit LookedAtLedger(std::optional<LastCommit> last) : last_(std::move(last)) {}
    void commit(const RecordRange&, const CommitContext&) override {
        broken_invariant("a ledger that is only looked at takes no records");
    }
    [[nodiscard]] std::optional<std::uint64_t> cursor(std::string_view) override { return std::nullopt; }
    [[nodiscard]] std::optional<LastCommit> last_commit(std::uint64_t) override { return last_; }

  private:
    std::optional<LastCommit> last_;  // of the segments' generation
};

// Throws with the status of a start, for which a ledger that cannot be opened is CannotCreate.
void read_as_a_start(const LedgerSpec& spec, const std::function<void(LedgerReader&)>& read) {
    try {
        static_cast<void>(read_ledger(spec, read));
    } catch (const Failure& failure) {
        if (failure.status() == ExitStatus::Configuration || failure.status() == ExitStatus::NoInput) throw;
        throw Failure(ExitStatus::CannotCreate, failure.what());
    }
}

// False if the file or the database has no ledger yet, or one whose making was cut short: a start makes it.
bool has_ledger(const LedgerSpec& spec) {
    try {
        read_as_a_start(spec, [](LedgerReader& reader) { static_cast<void>(reader.id()); });
    } catch (const Failure& failure) {
        if (failure.status() != ExitStatus::NoInput) throw;
        return false;
    }
    return true;
}

void require_writable(const std::filesystem::path& path) {
    if (::access(path.c_str(), W_OK) == 0) return;
    throw system_failure(ExitStatus::CannotCreate, "ledger", path, errno,
                         "the file and its directory must be writable for this user; choose another with "
                         "--ledger");
}

}  // namespace

bool require_usable_ledger(const LedgerSpec& spec, const std::filesystem::path& made) {
    if (!spec.keeps_rows()) return true;
    if (!spec.has_file()) return has_ledger(spec);
    std::error_code error;
    const auto status = std::filesystem::symlink_status(spec.path, error);
    const auto directory = spec.path.parent_path();
    if (std::filesystem::exists(directory, error) || directory != made) require_writable(directory);
    if (!std::filesystem::exists(status)) return false;
    const bool is_there = has_ledger(spec);
    require_writable(spec.path);
    return is_there;
}

std::unique_ptr<Ledger> look_at_known_ledger(const LedgerSpec& spec, const KnownLedger& known) {
    if (!spec.keeps_rows()) return std::make_unique<LookedAtLedger>(std::nullopt);
    std::uint64_t id = 0;
    std::optional<LastCommit> last;
    try {
        read_as_a_start(spec, [&](LedgerReader& reader) {
            id = reader.id();
            last = reader.last_commit(known.generation);
        });
    } catch (const Failure& failure) {
        if (failure.status() != ExitStatus::NoInput) throw;
        throw WrongLedger("it is missing or empty");
    }
    if (known.id != 0 && id != known.id) throw WrongLedger("it is another ledger");
    if (last && last->recorded < known.durable) throw WrongLedger(lacks_text(*last, known.durable));
    return std::make_unique<LookedAtLedger>(std::move(last));
}

}  // namespace pipeline
