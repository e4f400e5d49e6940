// SPDX-License-Identifier: Apache-2.0
// Turns an HTTP request into its answer, both whole in memory. The HTTP library (cpp-httplib) parses the
// request and writes the answer. It gets no socket and no thread, so a slow client cannot block it. This part
// is optional, like serve.hpp.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "observer/judge/lookout.hpp"

namespace pipeline {

class HttpAnswers {
  public:
    // If `anywhere`, also answers requests whose Host header does not name a loopback address.
    explicit HttpAnswers(bool anywhere);
    HttpAnswers(const HttpAnswers&) = delete;
    HttpAnswers& operator=(const HttpAnswers&) = delete;
    ~HttpAnswers();

    // Returns the answer to `request`: the request's head, or the part of it that has come if nothing more
    // will. Ignores a body. Returns an empty string if `request` is not an HTTP request.
    [[nodiscard]] std::string answer_to(std::string_view request, const View& view);

  private:
    class Server;
    std::unique_ptr<Server> server_;
};

}  // namespace pipeline
