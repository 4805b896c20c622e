// Comfort only: without this file, a time of the transcript loads the page again with the video at that second.
"use strict";

{
  const video = document.querySelector("#lecteur");
  const transcript = document.querySelector("[data-transcript]");
  const parts = transcript ? [...transcript.querySelectorAll("article.part")] : [];
  const starts = parts.map((part) => Number(part.querySelector("a[data-second]").dataset.second));
  const following = document.querySelector("[data-following]");
  let said = -1;

  /** A time moves the video instead of loading the page again. */
  function jump(event) {
    const link = event.target.closest("a[data-second]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    // A list of places found leads by anchors, to what this page may not hold.
    const target = document.getElementById(link.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    // The address can be shared as it stands.
    const address = new URL(location.href);
    address.searchParams.set("t", link.dataset.second);
    address.hash = link.hash;
    history.replaceState(null, "", address);
    video.currentTime = Number(link.dataset.second);
    bringIntoView(target);
    // A browser may refuse to play before any gesture on the page: the video is then simply at the right second.
    video.play().catch(() => {});
  }

  /** The transcript scrolls by itself where it has its own frame; the page never moves under who reads it. */
  function bringIntoView(part) {
    const scrolls = transcript.scrollHeight > transcript.clientHeight + 1;
    if (scrolls) transcript.scrollTop += part.getBoundingClientRect().top - transcript.getBoundingClientRect().top - 16;
    else part.scrollIntoView({ block: "start" });
  }

  /** The passage being said is marked, and kept in view as long as one wants to follow. */
  function follow() {
    const now = starts.findLastIndex((start) => start <= video.currentTime);
    if (now === said) return;
    parts[said]?.removeAttribute("aria-current");
    parts[now]?.setAttribute("aria-current", "true");
    said = now;
    const scrolls = transcript.scrollHeight > transcript.clientHeight + 1;
    if (parts[now] && !video.paused && scrolls && following.querySelector("input").checked) bringIntoView(parts[now]);
  }

  /** What is gathered is the minute that plays, not the whole recording. */
  function gather(event) {
    const link = event.target.closest("[data-gather] a");
    if (!link || !video.currentTime) return;
    const address = new URL(link.href);
    address.searchParams.set("lieu", `t-${Math.floor(video.currentTime)}`);
    link.href = address;
  }

  if (video) document.addEventListener("click", gather);
  if (video && parts.length) {
    following.hidden = false;
    document.addEventListener("click", jump);
    video.addEventListener("timeupdate", follow);
    video.addEventListener("seeked", follow);
    const asked = document.getElementById(location.hash.slice(1)) ?? parts[starts.findLastIndex((start) => start <= Number(new URL(location.href).searchParams.get("t") ?? -1))];
    if (asked && transcript.contains(asked)) {
      asked.setAttribute("aria-current", "true");
      said = parts.indexOf(asked);
      if (transcript.scrollHeight > transcript.clientHeight + 1) bringIntoView(asked);
    }
  }
}
