// Comfort only: without this file, a time of the transcript loads the page again with the video at that second.
"use strict";

{
  const video = document.querySelector("#lecteur");
  const transcript = document.querySelector("[data-transcript]");
  const parts = transcript ? [...transcript.querySelectorAll("article.part")] : [];
  const starts = parts.map((part) => secondOf(part.querySelector("a[data-second]")));
  const following = document.querySelector("[data-following]");
  const line = document.querySelector("[data-time-line]");
  const hits = line ? [...line.querySelectorAll("a[data-hit]")] : [];
  const said = document.querySelector("[data-said]");
  let now = -1;

  function secondOf(link) {
    return Number(link.dataset.second);
  }

  /** As pages write it: « 4:07 », « 1:04:07 ». */
  function writeTime(second) {
    const whole = Math.floor(second);
    const two = (value) => String(value).padStart(2, "0");
    const hours = Math.floor(whole / 3600);
    const minutes = Math.floor(whole / 60) % 60;
    return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
  }

  /** A time moves the video instead of loading the page again. */
  function jump(event) {
    const link = event.target.closest("a[data-second]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const leads = new URL(link.getAttribute("href"), location.href);
    // What is found may be in a part of the transcript that this page does not hold.
    const target = document.getElementById(leads.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    // The address can be shared as it stands.
    const address = new URL(location.href);
    address.searchParams.set("t", link.dataset.second);
    address.hash = leads.hash;
    history.replaceState(history.state, "", address);
    video.currentTime = secondOf(link);
    bringIntoView(target);
    // A browser may refuse to play before any gesture on the page: the video is then simply at the right second.
    video.play().catch(() => {});
  }

  /** The transcript scrolls by itself where it has its own frame; the page never moves under who reads it. */
  function bringIntoView(part) {
    const scrolls = transcript.scrollHeight > transcript.clientHeight + 1;
    if (scrolls) transcript.scrollTop += part.getBoundingClientRect().top - transcript.getBoundingClientRect().top - 16;
  }

  /** The passage being said is marked, and kept in view as long as one wants to follow. */
  function follow() {
    tellTime();
    const at = starts.findLastIndex((start) => start <= video.currentTime);
    if (at === now) return;
    parts[now]?.removeAttribute("aria-current");
    parts[at]?.setAttribute("aria-current", "true");
    now = at;
    if (at < 0) return;
    showWhatIsSaid(parts[at]);
    if (!video.paused && following.querySelector("input").checked) bringIntoView(parts[at]);
  }

  /** What is gathered is the minute that plays, not the whole recording. */
  function gather(event) {
    const link = event.target.closest("[data-gather] a");
    if (!link || !video.currentTime) return;
    const address = new URL(link.href);
    address.searchParams.set("lieu", `t-${Math.floor(video.currentTime)}`);
    link.href = address;
  }

  /** Under the video, for who does not see the transcript beside it. */
  function showWhatIsSaid(part) {
    const time = part.querySelector("a[data-second]");
    const link = said.querySelector("[data-said-at]");
    link.href = time.href;
    link.textContent = time.textContent;
    const written = [...part.querySelector(".part-text").childNodes].map((each) => each.cloneNode(true));
    said.querySelector("[data-said-text]").replaceChildren(...written.flatMap((each) => [...each.childNodes, " "]));
    said.hidden = false;
  }

  /** The time line, the hits before and after, and the link to share go with the second that is played. */
  function tellTime() {
    const second = video.currentTime;
    if (Number.isFinite(video.duration)) line.querySelector("[data-past]").setAttribute("width", (1000 * second) / video.duration);
    const share = document.querySelector("[data-share-moment]");
    const address = new URL(location.href);
    address.search = "";
    address.searchParams.set("t", Math.floor(second));
    address.hash = parts[starts.findLastIndex((start) => start <= second)]?.id ?? "";
    share.href = address;
    share.querySelector("span").textContent = writeTime(second);
    if (!hits.length) return;
    // A jump may end a little before the second that it was meant for.
    const heard = hits.filter((hit) => secondOf(hit) <= second + 0.5).length;
    document.querySelector("[data-hit-rank]").textContent = `${heard} / ${hits.length}`;
    const standing = heard && secondOf(hits[heard - 1]) > second - 1 ? heard - 2 : heard - 1;
    lead("hit-before", hits.at(standing));
    lead("hit-after", hits[heard] ?? hits[0]);
  }

  function lead(step, hit) {
    const link = document.querySelector(`[data-step=${step}]`);
    link.href = hit.getAttribute("href");
    link.dataset.second = hit.dataset.second;
  }

  /** A press on the time line goes to that second. */
  function seek(event) {
    if (event.target.closest("a") || !Number.isFinite(video.duration)) return;
    const { left, width } = line.getBoundingClientRect();
    video.currentTime = (video.duration * (event.clientX - left)) / width;
  }

  if (video) {
    document.querySelector("[data-speed]").addEventListener("change", (event) => {
      video.playbackRate = Number(event.target.value);
    });
    line.addEventListener("click", seek);
    for (const each of ["timeupdate", "seeked", "loadedmetadata"]) video.addEventListener(each, follow);
    document.addEventListener("click", jump);
    document.addEventListener("click", gather);
  }
  if (video && parts.length) {
    const second = Number(new URL(location.href).searchParams.get("t") ?? -1);
    const asked = document.getElementById(location.hash.slice(1)) ?? parts[starts.findLastIndex((start) => start <= second)];
    if (asked && transcript.contains(asked)) {
      asked.setAttribute("aria-current", "true");
      now = parts.indexOf(asked);
      bringIntoView(asked);
    }
  }
}
