// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <optional>
#include <span>
#include <string>

#include "clerk/place/places.hpp"
#include "clerk/rows/archive.hpp"
#include "clerk/rows/commands.hpp"
#include "clerk/rows/spool_cleaner.hpp"
#include "clerk/talk/question.hpp"
#include "common/base/log.hpp"
#include "common/base/output.hpp"
#include "common/base/plural.hpp"
#include "common/base/printable.hpp"
#include "common/ledger/open/open_ledger.hpp"
#include "common/ledger/readable_field.hpp"

namespace pipeline {
namespace {

constexpr std::uint64_t kProgress = 100'000;

// Archives rows before they are removed, and removes their files afterwards.
class Pruner final : public PruneWatcher {
  public:
    Pruner(const ClerkOptions& options, const LedgerSpec& ledger) : with_files_(options.files) {
        if (options.archive) archive_.emplace(*options.archive, ledger.path);
    }

    void will_remove(std::string_view table, const LedgerRow& row) override {
        if (archive_) archive_->add(table, row);
    }

    void about_to_remove() override {
        if (archive_) archive_->save();
    }

    // A file has the outcome of its row in invoices, or is a duplicate.
    void removed(std::span<const Removed> rows, std::uint64_t so_far) override {
        for (const Removed& row : rows) {
            if (with_files_ && row.table != "history")
                files_ += cleaner_.remove(row.source, row.id, row.position);
        }
        if (so_far < told_ + kProgress) return;
        told_ = so_far;
        log(LogLevel::Info, "{} pruned so far", counted(so_far, "row"));
    }

    [[nodiscard]] std::uint64_t files() const noexcept { return files_; }

  private:
    std::optional<Archive> archive_;
    bool with_files_;
    SpoolCleaner cleaner_;
    std::uint64_t files_ = 0;
    std::uint64_t told_ = 0;
};

std::string question(const ClerkOptions& options, const LedgerSpec& ledger) {
    return fmt::format("all rows of {} that were stored before {} UTC and do not wait would be removed{}{}\n",
                       printable(ledger.text()), utc_text(*options.before_us),
                       options.archive ? fmt::format(", and kept in {}", printable(*options.archive)) : "",
                       options.files ? "; so would their files" : "");
}

}  // namespace

ExitStatus prune_rows(const ClerkOptions& options) {
    const LedgerSpec ledger = ledger_to_work_on(options);
    const auto editor = edit_ledger(ledger);
    if (!is_agreed(options.yes ? "" : question(options, ledger), options.yes)) {
        print_output("nothing was removed\n");
        return ExitStatus::NotDrained;
    }
    Pruner pruner(options, ledger);
    const std::uint64_t removed = editor->prune(*options.before_us, pruner);
    std::string text = fmt::format("{} {} pruned from {}", counted(removed, "row"),
                                   verb(removed, "is", "are"), printable(ledger.text()));
    if (options.files) text += fmt::format(", and {} removed", counted(pruner.files(), "file"));
    print_output(text + "\n");
    return ExitStatus::Drained;
}

}  // namespace pipeline
