"""The divisions of China, loaded and edited."""

import pytest
from django.core.management import call_command

from mingcha.base.errors import NotAllowed
from mingcha.base.people import errors, regions, services
from mingcha.base.people.models import Region
from mingcha.base.people.services.regions import Named

pytestmark = pytest.mark.django_db


def test_the_registry_is_loaded_once_with_levels_parents_and_years(city):
    call_command("load_regions")

    pudong, zhabei = Region.objects.get(code="310115"), Region.objects.get(code="310108")
    assert (pudong.full_name, pudong.level, pudong.parent_id) == ("上海市浦东新区", 3, "310000")
    assert (zhabei.name, zhabei.until_year) == ("闸北区", 2014)
    assert Region.objects.filter(until_year__isnull=True, level=3).count() > 2800
    assert not Region.objects.filter(level__gt=1, parent__isnull=True).exists()
    assert regions.load() == (0, 0)


def test_former_names_stay_with_their_years(city):
    regions.load()

    assert Region.objects.get(code="120111").former_names == "西郊区（至1991年）"


def test_what_a_person_edited_is_not_overwritten_by_loading(city):
    bureau = city.person("data-bureau")
    regions.load()

    services.abolish_region(Region.objects.get(code="310115"), year=2030, note="演示", actor=bureau)
    regions.load()

    assert Region.objects.get(code="310115").until_year == 2030


def test_a_region_with_regions_in_force_is_not_abolished(city):
    bureau = city.person("data-bureau")

    with pytest.raises(errors.RegionInUse):
        services.abolish_region(
            Region.objects.get(code="310000"), year=2030, note="x", actor=bureau
        )


def test_a_new_code_is_added_by_whom_it_behoves(city):
    bureau, clerk = city.person("data-bureau"), city.person("clerk")

    added = services.add_region("310199", Named("演示区", parent="310000"), actor=bureau)

    assert added.full_name == "上海市演示区"
    with pytest.raises(NotAllowed):
        services.add_region("310198", Named("演示区"), actor=clerk)
    with pytest.raises(errors.NotLegible):
        services.add_region("31019", Named("演示区"), actor=bureau)
