package dev.leat.cli;

import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A {@code multipart/form-data} body (RFC 7578). Confined to one thread. */
final class Multipart {
  private final String boundary = "leat-" + UUID.randomUUID();
  private final List<byte[]> chunks = new ArrayList<>();

  /** Adds a part; its name and file name must be plain words. */
  Multipart file(String name, String fileName, String type, byte[] content) {
    return part("name=\"" + name + "\"; filename=\"" + fileName + "\"", type, content);
  }

  Multipart text(String name, String content) {
    return part(
        "name=\"" + name + "\"",
        "text/plain; charset=utf-8",
        content.getBytes(StandardCharsets.UTF_8));
  }

  String type() {
    return "multipart/form-data; boundary=" + boundary;
  }

  BodyPublisher publisher() {
    List<byte[]> body = new ArrayList<>(chunks);
    body.add(ascii("--" + boundary + "--\r\n"));
    return BodyPublishers.fromPublisher(
        BodyPublishers.ofByteArrays(body), body.stream().mapToLong(chunk -> chunk.length).sum());
  }

  private Multipart part(String disposition, String type, byte[] content) {
    chunks.add(
        ascii(
            "--%s\r\nContent-Disposition: form-data; %s\r\nContent-Type: %s\r\n\r\n"
                .formatted(boundary, disposition, type)));
    chunks.add(content);
    chunks.add(ascii("\r\n"));
    return this;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
