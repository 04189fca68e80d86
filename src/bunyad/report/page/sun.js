"use strict";
// The sun's place in the sky, and what the terrain hides of its way.

const sky = (() => {
  const RAD = Math.PI / 180;
  const MINUTES = 10;
  const J2000 = Date.UTC(2000, 0, 1, 12);

  // Declination, right ascension and sidereal time of Greenwich [rad] at a moment [ms].
  // Meeus, Astronomical Algorithms (2nd edition, 1998), chapter 25 (lower accuracy) and formula 12.4.
  function place(moment) {
    const days = (moment - J2000) / 864e5;
    const t = days / 36525;
    const mean = (357.52911 + t * (35999.05029 - 0.0001537 * t)) * RAD;
    const centre = Math.sin(mean) * (1.914602 - t * (0.004817 + 0.000014 * t)) + Math.sin(2 * mean) * (0.019993 - 0.000101 * t) + Math.sin(3 * mean) * 0.000289;
    const node = (125.04 - 1934.136 * t) * RAD;
    const along = (280.46646 + t * (36000.76983 + 0.0003032 * t) + centre - 0.00569 - 0.00478 * Math.sin(node)) * RAD;
    const tilt = (23.439291 - 0.0130042 * t + 0.00256 * Math.cos(node)) * RAD;
    return {
      declination: Math.asin(Math.sin(tilt) * Math.sin(along)),
      ascension: Math.atan2(Math.cos(tilt) * Math.sin(along), Math.cos(along)),
      sidereal: (280.46061837 + 360.98564736629 * days) * RAD,
    };
  }

  // Height above level and azimuth clockwise from north [degrees], without refraction.
  function at(moment, lat, lon) {
    const { declination, ascension, sidereal } = place(moment);
    const turn = sidereal + lon * RAD - ascension;
    const [sin, cos] = [Math.sin(lat * RAD), Math.cos(lat * RAD)];
    const height = Math.asin(sin * Math.sin(declination) + cos * Math.cos(declination) * Math.cos(turn));
    const azimuth = Math.atan2(-Math.sin(turn), Math.tan(declination) * cos - sin * Math.cos(turn));
    return { height: height / RAD, azimuth: (azimuth / RAD + 360) % 360 };
  }

  // Height at which a body of a declination [degrees] passes an azimuth; solves the spherical triangle.
  function heightAt(azimuth, declination, lat) {
    const [a, b] = [Math.sin(lat * RAD), Math.cos(lat * RAD) * Math.cos(azimuth * RAD)];
    const part = Math.sin(declination * RAD) / Math.hypot(a, b);
    if (Math.abs(part) > 1) return null;
    return lat >= 0 ? (Math.asin(part) - Math.atan2(b, a)) / RAD : (Math.asin(-part) - Math.atan2(-b, -a)) / RAD;
  }

  // Height of the skyline in a direction; between the directions it rises evenly, as the yield reckons.
  function skyline(angles, azimuth, gridNorth) {
    const step = ((((azimuth - gridNorth) % 360) + 360) % 360) / 360 * angles.length;
    const first = Math.floor(step) % angles.length;
    const share = step - Math.floor(step);
    const rise = (1 - share) * Math.tan(angles[first] * RAD) + share * Math.tan(angles[(first + 1) % angles.length] * RAD);
    return Math.atan(rise) / RAD;
  }

  // Hours of each month in which the sun stands over level ground, and those hidden by terrain.
  function hidden({ angles, lat, lon, gridNorth, year }) {
    const months = d3.range(12).map((month) => ({ month, above: 0, lost: 0 }));
    const last = Date.UTC(year + 1, 0, 1);
    for (let moment = Date.UTC(year, 0, 1) + MINUTES * 3e4; moment < last; moment += MINUTES * 6e4) {
      const { height, azimuth } = at(moment, lat, lon);
      if (height <= 0) continue;
      const row = months[new Date(moment).getUTCMonth()];
      row.above += MINUTES / 60;
      if (height < skyline(angles, azimuth, gridNorth)) row.lost += MINUTES / 60;
    }
    return months;
  }

  return { at, heightAt, skyline, hidden, place };
})();
