package dev.leat.worker.capability.http;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.NoopAuthoritativeDnsServerCache;
import io.netty.resolver.dns.NoopDnsCache;
import io.netty.resolver.dns.NoopDnsCnameCache;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks the servers that the machine is set up with, after its file of hosts. Without a thread for
 * each question, since whose server answers slowly is up to tenants, and without a memory that
 * tenants would share. No domain is searched: a name means the same to all of them.
 */
final class DnsLookup implements NameLookup {
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  /** Of one name: each of a chain of other names costs some. */
  private static final int QUERIES_MAX = 8;

  private final EventLoopGroup thread =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("names", true), NioIoHandler.newFactory());

  /** Made with the first name, since it reads the machine's files. */
  private @Nullable DnsNameResolver resolver;

  private synchronized DnsNameResolver resolver() {
    DnsNameResolver made = resolver;
    if (made == null) {
      made =
          new DnsNameResolverBuilder(thread.next())
              .datagramChannelType(NioDatagramChannel.class)
              .socketChannelType(NioSocketChannel.class)
              .queryTimeoutMillis(PATIENCE.toMillis())
              .maxQueriesPerResolve(QUERIES_MAX)
              .searchDomains(List.of())
              .resolveCache(NoopDnsCache.INSTANCE)
              .cnameCache(NoopDnsCnameCache.INSTANCE)
              .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE)
              .build();
      resolver = made;
    }
    return made;
  }

  @Override
  public CompletionStage<List<InetAddress>> addresses(String host) {
    CompletableFuture<List<InetAddress>> found = new CompletableFuture<>();
    thread.execute(() ->
        resolver()
            .resolveAll(host)
            .addListener(done -> {
              if (done.isSuccess()) {
                @SuppressWarnings("unchecked")
                List<InetAddress> addresses = (List<InetAddress>) done.getNow();
                found.complete(List.copyOf(addresses));
              } else {
                found.completeExceptionally(done.cause());
              }
            }));
    return found;
  }

  @Override
  public void close() {
    var unused = thread.shutdownGracefully(0, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }
}
