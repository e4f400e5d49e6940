// SPDX-License-Identifier: Apache-2.0
// The owner of a result of libpq.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "common/base/digest.hpp"

struct pg_result;

namespace pipeline {

// The result of one statement. Columns are bigint, text, bytea or boolean; the texts stay valid as long as
// the result.
class PgResult {
  public:
    explicit PgResult(pg_result* result);
    [[nodiscard]] const pg_result* raw() const noexcept { return result_.get(); }
    [[nodiscard]] int rows() const noexcept;
    // Returns the number of rows that the statement has written.
    [[nodiscard]] std::uint64_t changes() const noexcept;
    [[nodiscard]] bool is_null(int row, int column) const noexcept;
    [[nodiscard]] std::int64_t integer(int row, int column) const noexcept;  // 0 for NULL
    [[nodiscard]] bool boolean(int row, int column) const noexcept;
    // Returns a text or bytes; empty for NULL.
    [[nodiscard]] std::string_view text(int row, int column) const noexcept;
    // Throws PgError Schema if the value is no digest.
    [[nodiscard]] Digest digest(int row, int column) const;
    // Returns the command's tag, such as "COMMIT".
    [[nodiscard]] std::string_view command() const noexcept;

  private:
    struct Clear {
        void operator()(pg_result* result) const noexcept;
    };
    std::unique_ptr<pg_result, Clear> result_;
};

}  // namespace pipeline
