package dev.leat.bench;

/** The JSON that is sent, about 1 KB and without white space, so that it comes back as it went. */
final class JsonBody {
  private JsonBody() {}

  static String ofKilobyte() {
    StringBuilder json = new StringBuilder(1_100).append("{\"orders\":[");
    for (int i = 1; json.length() < 990; i++) {
      json.append(i == 1 ? "" : ",")
          .append("{\"id\":")
          .append(1_000 + i)
          .append(",\"customer\":\"Ada Lovelace\",\"email\":\"ada@example.org\",\"total\":")
          .append(i * 37)
          .append(".95,\"paid\":true,\"note\":null}");
    }
    return json.append("]}").toString();
  }
}
