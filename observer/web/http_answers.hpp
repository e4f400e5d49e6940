// SPDX-License-Identifier: Apache-2.0
// Turns an HTTP request into its answer, both whole in memory. The HTTP library (cpp-httplib) parses the
// request and writes the answer. It gets no socket and no thread, so a slow client cannot block it. This part
// is optional, like serve.hpp.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "observer/judge/lookout.hpp"
#include "observer/rows/ledger_question.hpp"
#include "observer/web/token.hpp"

namespace pipeline {

class HttpAnswers {
  public:
    // If `anywhere`, also answers requests whose Host header does not name a loopback address. With a token,
    // answers only requests that have it; all that others learn is whether the pipeline is well.
    explicit HttpAnswers(bool anywhere, std::optional<Token> token = std::nullopt);
    HttpAnswers(const HttpAnswers&) = delete;
    HttpAnswers& operator=(const HttpAnswers&) = delete;
    ~HttpAnswers();

    // Returns the answer to `request`: the request's head, or the part of it that has come if nothing more
    // will. Ignores a body. Returns an empty string if `request` is not an HTTP request. If the request is a
    // question to the ledger, returns that; `ledger` is the text of the ledger.
    [[nodiscard]] std::variant<std::string, LedgerQuestion> answer_to(std::string_view request,
                                                                      const View& view,
                                                                      const std::string& ledger);
    // Returns the answer to the same request, now that the ledger has answered.
    [[nodiscard]] std::string answer_with(std::string_view request, const LedgerAnswer& answer);

  private:
    class Server;
    std::unique_ptr<Server> server_;
};

}  // namespace pipeline
