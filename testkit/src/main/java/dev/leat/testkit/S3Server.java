package dev.leat.testkit;

import java.net.URI;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;

/**
 * A server of S3's protocol in this JVM, S3Proxy, which checks signatures and keeps objects in
 * memory.
 */
public final class S3Server implements AutoCloseable {
  public static final String BUCKET = "modules";
  public static final String KEY_ID = "test-key-id";
  public static final String SECRET = "test-secret-key";

  private final S3Proxy server;

  private S3Server(S3Proxy server) {
    this.server = server;
  }

  /** One with an empty bucket. */
  public static S3Server start() {
    TransientNio2BlobStore objects = new TransientNio2BlobStore();
    var unused = objects.createContainer(BUCKET);
    S3Proxy server =
        S3Proxy.builder()
            .blobStore(objects)
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, KEY_ID, SECRET)
            .build();
    try {
      server.start();
    } catch (Exception e) {
      throw new IllegalStateException("S3Proxy does not start", e);
    }
    return new S3Server(server);
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getPort());
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("S3Proxy does not stop", e);
    }
  }
}
