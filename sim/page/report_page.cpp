#include "sim/page/report_page.h"

#include "core/check.h"

// The template as the build made it; the file's path is given by CMake.
asm(R"(
.pushsection .rodata
.global bsn_page_template
.global bsn_page_template_end
bsn_page_template:
.incbin ")" BSN_PAGE_TEMPLATE R"("
bsn_page_template_end:
.popsection
)");
extern "C" const char bsn_page_template[], bsn_page_template_end[];

namespace bsn {
namespace {

// Stands once in the template, where the JSON goes (web/index.html).
constexpr std::string_view mark = "{\"format\":\"none\"}";

}  // namespace

std::string json_for_html(std::string_view json) {
  std::string out;
  out.reserve(json.size() + json.size() / 16);
  for (std::size_t i = 0; i < json.size(); ++i) {
    const std::string_view rest = json.substr(i, 3);
    if (json[i] == '<') {
      out += "\\u003c";
    } else if (json[i] == '>') {
      out += "\\u003e";
    } else if (json[i] == '&') {
      out += "\\u0026";
    } else if (rest == "\xe2\x80\xa8" || rest == "\xe2\x80\xa9") {
      out += rest[2] == '\xa8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      out += json[i];
    }
  }
  return out;
}

std::string report_page(std::string_view json) {
  const std::string_view page(bsn_page_template, static_cast<std::size_t>(bsn_page_template_end - bsn_page_template));
  const std::size_t at = page.find(mark);
  BSN_CHECK(at != std::string_view::npos, "the template of the report page has a place for the report");
  std::string out(page.substr(0, at));
  out += json_for_html(json);
  out += page.substr(at + mark.size());
  return out;
}

}  // namespace bsn
