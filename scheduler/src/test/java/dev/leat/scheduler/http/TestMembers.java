package dev.leat.scheduler.http;

import dev.leat.cluster.Member;
import dev.leat.cluster.Members;
import dev.leat.contract.MemberState;
import dev.leat.contract.NodeRole;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A directory that says what the test does. */
final class TestMembers implements Members {
  private final Member self;
  private final List<Consumer<List<Member>>> listeners = new CopyOnWriteArrayList<>();
  private volatile List<Member> all;

  TestMembers(String self, Member... others) {
    this.self = member(self, 1, 0, MemberState.READY);
    this.all = List.of();
    set(others);
  }

  static Member member(String name, long incarnation, int port, MemberState state) {
    return new Member(
        name,
        incarnation,
        Set.of(NodeRole.GATEWAY, NodeRole.WORKER),
        "http://127.0.0.1:8080",
        "127.0.0.1",
        port,
        5701,
        "1",
        state,
        Duration.ZERO);
  }

  void set(Member... others) {
    List<Member> now = new ArrayList<>(List.of(others));
    now.add(self);
    all = List.copyOf(now);
    listeners.forEach(listener -> listener.accept(all));
  }

  @Override
  public Member self() {
    return self;
  }

  @Override
  public List<Member> all() {
    return all;
  }

  @Override
  public void onChange(Consumer<List<Member>> listener) {
    listeners.add(listener);
  }
}
