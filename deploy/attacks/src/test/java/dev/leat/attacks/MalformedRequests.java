package dev.leat.attacks;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/**
 * Bytes that are no HTTP, or nearly: requests of all forms, changed at random in up to three
 * places.
 */
final class MalformedRequests {
  private static final List<String> FORMS =
      List.of(
          "GET /f/TENANT/echo HTTP/1.1\r\nHost: x\r\n\r\n",
          "POST /f/TENANT/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
          "POST /f/TENANT/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "5\r\nhello\r\n0\r\n\r\n",
          "POST /f/TENANT/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
              + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
          "POST /f/TENANT/echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\nhello",
          "POST /f/TENANT/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\nx",
          "POST /f/TENANT/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
          "POST /f/TENANT/echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
          "POST /v1/tenants HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
              + "Content-Length: 15\r\n\r\n{\"name\":\"acme\"}",
          "GET /v1/tenants/%zz?limit=%zz HTTP/1.1\r\nHost: x\r\n\r\n",
          "GET http://x/f/TENANT/echo HTTP/1.1\r\nHost: x\r\n\r\n",
          "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
          "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
          "GET /f/TENANT/echo HTTP/1.0\r\n\r\n",
          "GET /f/TENANT/echo HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
          "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /f/TENANT/echo HTTP/1.1\r\nHost: x\r\n\r\nrubbish\r\n\r\n",
          "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001");

  private final String tenant;
  private final Random random;

  /**
   * @param tenant whose function {@code echo} some of them call
   */
  MalformedRequests(String tenant, Random random) {
    this.tenant = tenant;
    this.random = random;
  }

  byte[] next() {
    StringBuilder request = new StringBuilder(form());
    for (int n = random.nextInt(4); n > 0; n--) {
      int at = random.nextInt(request.length() + 1);
      switch (random.nextInt(8)) {
        case 0 -> request.insert(at, (char) random.nextInt(256));
        case 1 -> request.insert(at, "\0");
        case 2 -> request.insert(at, "\r\n");
        case 3 -> request.insert(at, "x".repeat(random.nextInt(40_000)));
        case 4 -> request.delete(at, Math.min(request.length(), at + random.nextInt(20)));
        case 5 -> request.setLength(at);
        case 6 -> request.insert(at, "Transfer-Encoding: chunked\r\n");
        default -> request.insert(at, form());
      }
      if (request.isEmpty()) {
        request.append('G');
      }
    }
    return request.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private String form() {
    return FORMS.get(random.nextInt(FORMS.size())).replace("TENANT", tenant);
  }
}
